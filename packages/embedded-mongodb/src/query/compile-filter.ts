import { compileExpression, type ExpressionScope, rootVariables } from '../aggregate/expressions.ts';
import type { TextIndex } from '../text/text-index.ts';
import { compileTextQuery, requireTextIndex, type TextScorer } from '../text/text-query.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { type Collation, parseCollation } from '../values/collation.ts';
import { plainDocument } from '../values/fields.ts';
import { toDouble } from '../values/numeric.ts';
import { badValue, failedToParse, refusal } from '../values/refusals.ts';
import { isTruthy } from './element-tests.ts';
import { compileFieldCondition, isEqualityOperand, isOperatorName } from './field-condition.ts';
import { compileJsonSchema } from './json-schema.ts';
import { andMatcher, type DocumentMatcher, type MatchContext } from './predicate.ts';

export interface FilterOptions {
  /** A collation document as the command carried it, or one already parsed. */
  readonly collation?: unknown;
  /** The command's `let`: variables for `$expr`. */
  readonly let?: Doc | undefined;
  /** Variables that an outer pipeline already bound. */
  readonly variables?: ExpressionScope | undefined;
  readonly now?: Date | undefined;
  /** The collection's text index, for `$text`. */
  readonly textIndex?: TextIndex | undefined;
}

export interface CompiledFilter {
  matches(doc: Doc): boolean;
  /** A document's score under the filter's `$text`; undefined when it has none. */
  readonly textScore?: TextScorer | undefined;
  /** The index of the array element that made the document match, for the positional `$`; -1 when none did or it does not match. */
  matchArray(doc: Doc): number;
}

/**
 * Compiles a query filter. Throws BadValue (2) for unknown operators and malformed operands, as MongoDB does when it
 * parses: https://www.mongodb.com/docs/manual/reference/operator/query/
 */
export function compileFilter(filter: unknown, options: FilterOptions = {}): CompiledFilter {
  const scope = resolveOptions(options);
  const matcher = compileMatcher(filter, scope);
  const textScore = scope.text?.scorer;
  return {
    textScore,
    matches: (doc) => matcher(doc, null),
    matchArray(doc) {
      const context: MatchContext = { arrayIndex: -1 };
      return matcher(doc, context) ? context.arrayIndex : -1;
    },
  };
}

export interface FilterScope {
  readonly collation: Collation | undefined;
  readonly variables: ExpressionScope;
  /** `$text` leaves its scorer here: there may be one in a whole filter. */
  readonly text?: { readonly index: TextIndex | undefined; scorer: TextScorer | undefined };
}

function resolveOptions(options: FilterOptions): FilterScope {
  const given = options.collation as Partial<Collation> | undefined;
  const collation = given && 'upperFirst' in given ? (given as Collation) : parseCollation(given);
  const variables = options.variables ?? rootVariables({ now: options.now ?? new Date(), let: options.let, collation });
  return { collation, variables, text: { index: options.textIndex, scorer: undefined } };
}

export function compileMatcher(filter: unknown, scope: FilterScope): DocumentMatcher {
  if (!isDocument(filter)) throw badValue('filter must be a document');
  const matchers: DocumentMatcher[] = [];
  for (const [name, operand] of Object.entries(plainDocument(filter))) {
    const matcher = isOperatorName(name)
      ? topLevel(name, operand, scope)
      : compileFieldCondition(operand, scope).at(name);
    if (matcher) matchers.push(matcher);
  }
  return andMatcher(matchers);
}

type TopLevelCompiler = (operand: unknown, scope: FilterScope, name: string) => DocumentMatcher | undefined;

/** Every operator that may stand in a field's place. */
export const topLevelOperators: Readonly<Record<string, TopLevelCompiler>> = {
  $and: (operand, scope, name) => andMatcher(clauses(name, operand, scope)),
  $or: (operand, scope, name) => {
    const any = clauses(name, operand, scope);
    // Only a disjunction that amounts to one condition on one path can say which element matched.
    const isOneCondition = any.length === 1 || isEqualityOnOnePath(operand as Doc[]);
    return (doc, context) => any.some((matcher) => matcher(doc, isOneCondition ? context : null));
  },
  $nor: (operand, scope, name) => {
    const none = clauses(name, operand, scope);
    return (doc) => !none.some((matcher) => matcher(doc, null));
  },
  $comment: () => undefined,
  $expr: (operand, scope) => {
    const expression = compileExpression(operand, scope.variables.compile);
    return (doc) => isTruthy(expression(doc, scope.variables.values));
  },
  $jsonSchema: (operand) => compileJsonSchema(operand),
  $alwaysTrue: (operand, _scope, name) => constantMatcher(name, operand, true),
  $alwaysFalse: (operand, _scope, name) => constantMatcher(name, operand, false),
  $sampleRate: (operand) => {
    const rate = isNumeric(operand) ? toDouble(operand) : Number.NaN;
    if (!(rate >= 0 && rate <= 1)) throw badValue('numeric argument to $sampleRate must be in [0, 1]');
    return () => Math.random() < rate;
  },
  $where: () => {
    throw refusal(6108304, 'no globalScriptEngine in $where parsing');
  },
  $text: (operand, scope) => {
    const { text } = scope;
    if (text?.scorer) throw badValue('Too many text expressions');
    const scorer = compileTextQuery(operand, requireTextIndex(text?.index));
    if (text) text.scorer = scorer;
    return (doc) => scorer(doc) > 0;
  },
};

function topLevel(name: string, operand: unknown, scope: FilterScope): DocumentMatcher | undefined {
  const compile = Object.hasOwn(topLevelOperators, name) ? topLevelOperators[name] : undefined;
  if (!compile) {
    throw badValue(
      `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
    );
  }
  return compile(operand, scope, name);
}

function isEqualityOnOnePath(all: readonly Doc[]): boolean {
  const path = Object.keys(all[0] as Doc)[0];
  return all.every((clause) => {
    const names = Object.keys(clause);
    return (
      names.length === 1 && names[0] === path && !path?.startsWith('$') && isEqualityOperand(clause[path as string])
    );
  });
}

function constantMatcher(name: string, operand: unknown, answer: boolean): DocumentMatcher {
  if (!isNumeric(operand) || toDouble(operand) !== 1) throw failedToParse(`${name} must be an integer value of 1`);
  return () => answer;
}

function clauses(name: string, operand: unknown, scope: FilterScope): DocumentMatcher[] {
  if (!Array.isArray(operand)) throw badValue(`${name} must be an array`);
  if (operand.length === 0) throw badValue(`${name} argument must be a non-empty array`);
  return operand.map((clause) => {
    if (bsonTypeOf(clause) !== 'object') throw badValue(`${name} argument's entries must be objects`);
    return compileMatcher(clause, scope);
  });
}
