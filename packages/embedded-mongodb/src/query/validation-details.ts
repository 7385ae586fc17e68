import { Int32 } from 'bson';
import { compileExpression, rootVariables } from '../aggregate/expressions.ts';
import { bsonTypeOf, type Doc } from '../values/bson-type.ts';
import { plainDocument } from '../values/fields.ts';
import { somePathValue } from '../values/paths.ts';
import { compileFilter } from './compile-filter.ts';
import { annotations, schemaFailures } from './schema-details.ts';

/** One condition of a validator: an operator in a field's place, or one operator on a field. */
interface Condition {
  readonly operator: string;
  readonly filter: Doc;
  /** Undefined in a field's place. */
  readonly path: string | undefined;
}

/**
 * Why a document fails its collection's validator, as `errInfo.details` tells it:
 * https://www.mongodb.com/docs/manual/core/schema-validation/handle-invalid-documents/ . Several conditions stand under
 * the `$and` that they mean.
 */
export function validationDetails(validator: Doc, doc: Doc, collation?: unknown): Doc {
  const conditions = Object.entries(plainDocument(validator)).flatMap(([name, operand]) => conditionsOf(name, operand));
  const [only] = conditions;
  if (only && conditions.length === 1) return explain(only, doc, collation);
  const clauses = conditions.map(({ filter }) => filter);
  return { operatorName: '$and', clausesNotSatisfied: failingClauses(clauses, doc, collation) };
}

function conditionsOf(name: string, operand: unknown): Condition[] {
  if (name.startsWith('$')) return [{ operator: name, filter: { [name]: operand }, path: undefined }];
  const one = (operator: string, condition: unknown): Condition => ({
    operator,
    filter: { [name]: condition },
    path: name,
  });
  if (bsonTypeOf(operand) === 'regex') return [one('$regex', operand)];
  const isOperators = bsonTypeOf(operand) === 'object' && Object.keys(operand as Doc)[0]?.startsWith('$');
  if (!isOperators) return [one('$eq', operand)];
  const operators = operand as Doc;
  if (operators['$options'] !== undefined) return [one('$regex', operators)];
  return Object.entries(operators).map(([operator, value]) => one(operator, { [operator]: value }));
}

function explain({ operator, filter, path }: Condition, doc: Doc, collation: unknown): Doc {
  if (path !== undefined) return explainField(operator, filter, path, doc);
  const operand = filter[operator];
  switch (operator) {
    case '$jsonSchema': {
      const schema = operand as Doc;
      return { operatorName: operator, ...annotations(schema), schemaRulesNotSatisfied: schemaFailures(schema, doc) };
    }
    case '$and':
    case '$or':
      return { operatorName: operator, clausesNotSatisfied: failingClauses(operand as Doc[], doc, collation) };
    case '$expr': {
      const { compile, values } = rootVariables({ now: new Date() });
      const expressionResult = compileExpression(operand, compile)(doc, values) ?? null;
      return { operatorName: operator, specifiedAs: filter, reason: 'expression did not match', expressionResult };
    }
    default:
      return { operatorName: operator, specifiedAs: filter, reason: 'expression did not match' };
  }
}

function failingClauses(clauses: readonly Doc[], doc: Doc, collation: unknown): Doc[] {
  return clauses.flatMap((clause, index) => {
    if (compileFilter(clause, { collation }).matches(doc)) return [];
    return [{ index: new Int32(index), details: validationDetails(clause, doc, collation) }];
  });
}

const REASONS: Readonly<Record<string, string>> = {
  $type: 'type did not match',
  $in: 'no matching value found in array',
  $nin: 'matching value found in array',
  $ne: 'comparison succeeded',
  $not: 'expression did match',
  $regex: 'regular expression did not match',
  $mod: '$mod did not evaluate to expected remainder',
  $all: 'array did not contain all specified values',
  $size: 'array length was not equal to given size',
  $elemMatch: 'array did not satisfy the child predicate',
};

function explainField(operator: string, filter: Doc, path: string, doc: Doc): Doc {
  const values = valuesAt(path, doc);
  const part: Doc = { operatorName: operator, specifiedAs: filter };
  if (operator === '$exists') {
    return { ...part, reason: values.length > 0 ? 'path does exist' : 'path does not exist' };
  }
  if (values.length === 0) return { ...part, reason: 'field was missing' };
  const told: Doc = values.length === 1 ? { consideredValue: values[0] } : { consideredValues: values };
  if (operator === '$type' && values.length === 1) told['consideredType'] = bsonTypeOf(values[0]);
  return { ...part, reason: REASONS[operator] ?? 'comparison failed', ...told };
}

/** The values that a condition looked at: an array's elements, or the array when it has none. */
function valuesAt(path: string, doc: Doc): unknown[] {
  const values: unknown[] = [];
  somePathValue(doc, path.split('.'), true, (value) => {
    if (value !== undefined && !(Array.isArray(value) && value.length > 0)) values.push(value);
    return false;
  });
  return values;
}
