import { bsonTypeOf, type Doc, isDocument } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import { getField, plainDocument, putField } from '../values/fields.ts';
import { failedToParse, location } from '../values/refusals.ts';
import type { CompileScope, Expression, OperatorCompiler, Variables } from './expression-scope.ts';
import { accumulationOperators } from './expressions/accumulation.ts';
import { arithmeticOperators } from './expressions/arithmetic.ts';
import { arrayOperators } from './expressions/array.ts';
import { iterationOperators } from './expressions/array-iteration.ts';
import { booleanOperators } from './expressions/boolean.ts';
import { comparisonOperators } from './expressions/comparison.ts';
import { conditionalOperators } from './expressions/conditional.ts';
import { dateOperators } from './expressions/date.ts';
import { dateArithmeticOperators } from './expressions/date-arithmetic.ts';
import { mathOperators } from './expressions/math.ts';
import { objectOperators } from './expressions/object.ts';
import { regexOperators } from './expressions/regex.ts';
import { setOperators } from './expressions/set.ts';
import { stringOperators } from './expressions/string.ts';
import { typeOperators } from './expressions/type.ts';
import { checkVariableName } from './variable-name.ts';

/** Every expression operator by name. */
export const expressionOperators: Readonly<Record<string, OperatorCompiler>> = {
  ...accumulationOperators,
  ...arithmeticOperators,
  ...arrayOperators,
  ...booleanOperators,
  ...comparisonOperators,
  ...conditionalOperators,
  ...dateArithmeticOperators,
  ...dateOperators,
  ...iterationOperators,
  ...mathOperators,
  ...objectOperators,
  ...regexOperators,
  ...setOperators,
  ...stringOperators,
  ...typeOperators,
  $literal: (operand) => () => operand,
  $const: (operand) => () => operand,
};

/** Names and values of the variables that a whole command knows: NOW and its `let`. */
export interface ExpressionScope {
  readonly compile: CompileScope;
  readonly values: Variables;
}

export interface RootVariableOptions {
  readonly now: Date;
  readonly let?: Doc | undefined;
  readonly collation?: Collation | undefined;
}

/** The outermost scope of a command: `$$NOW`, `$$ROOT`, `$$CURRENT`, `$$REMOVE` and the command's `let`. */
export function rootVariables(options: RootVariableOptions): ExpressionScope {
  const empty: CompileScope = { names: new Set(['NOW']), collation: options.collation, compile: compileExpression };
  const values: Record<string, unknown> = Object.assign(Object.create(null), { NOW: options.now });
  for (const [name, expression] of Object.entries(options.let ?? {})) {
    checkVariableName(name);
    values[name] = compileExpression(expression, empty)({}, { NOW: options.now });
  }
  return { compile: { ...empty, names: new Set(Object.keys(values)) }, values };
}

/** Compiles an aggregation expression. Throws for unknown operators (InvalidPipelineOperator, 168) and malformed operands. */
export function compileExpression(expression: unknown, scope: CompileScope): Expression {
  if (typeof expression === 'string') return compileString(expression, scope);
  if (Array.isArray(expression)) {
    const elements = expression.map((element) => compileExpression(element, scope));
    return (doc, variables) => elements.map((element) => element(doc, variables) ?? null);
  }
  if (bsonTypeOf(expression) === 'object' && isDocument(expression))
    return compileObject(plainDocument(expression), scope);
  return () => expression;
}

function compileString(text: string, scope: CompileScope): Expression {
  if (text.startsWith('$$')) return compileVariable(text.slice(2), scope);
  if (text.startsWith('$')) return compileFieldPath(text.slice(1));
  return () => text;
}

function checkedParts(path: string): string[] {
  if (path === '') throw location(16872, "'$' by itself is not a valid FieldPath");
  const parts = path.split('.');
  for (const part of parts) {
    if (part === '')
      throw location(
        path.endsWith('.') ? 40353 : 15998,
        path.endsWith('.') ? "FieldPath must not end with a '.'." : 'FieldPath field names may not be empty strings.',
      );
    if (part.startsWith('$'))
      throw location(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField.`);
    if (part.includes('\0')) throw location(16411, 'FieldPath field names may not contain null bytes.');
  }
  return parts;
}

export function compileFieldPath(path: string): Expression {
  const parts = checkedParts(path);
  const first = parts[0] as string;
  if (parts.length === 1) return (doc) => getField(doc, first);
  return (doc) => valueAt(getField(doc, first), parts, 1);
}

/** A dotted path in an expression maps over arrays, leaving out what is missing; numbers in it are field names. */
function valueAt(value: unknown, parts: readonly string[], depth: number): unknown {
  if (depth === parts.length) return value;
  if (Array.isArray(value)) {
    const found: unknown[] = [];
    for (const element of value) {
      const inner = valueAt(element, parts, depth);
      if (inner !== undefined) found.push(inner);
    }
    return found;
  }
  return isDocument(value) ? valueAt(getField(value, parts[depth] as string), parts, depth + 1) : undefined;
}

function compileVariable(text: string, scope: CompileScope): Expression {
  const [name, ...rest] = text.split('.') as [string, ...string[]];
  if (name === '') throw failedToParse('empty variable names are not allowed');
  if (rest.length > 0) checkedParts(rest.join('.'));
  if (name === 'ROOT' || (name === 'CURRENT' && !scope.names.has(name))) {
    return rest.length > 0 ? compileFieldPath(rest.join('.')) : (doc) => doc;
  }
  if (name === 'REMOVE') return () => undefined;
  if (['DESCEND', 'PRUNE', 'KEEP'].includes(name)) return () => name.toLowerCase();
  if (!scope.names.has(name)) throw location(17276, `Use of undefined variable: ${name}`);
  if (rest.length === 0) return (_doc, variables) => variables[name];
  return (_doc, variables) => valueAt(variables[name], rest, 0);
}

function compileObject(doc: Doc, scope: CompileScope): Expression {
  const names = Object.keys(doc);
  const first = names[0];
  if (first?.startsWith('$')) {
    if (names.length > 1)
      throw location(15983, 'an expression specification must contain exactly one field, the name of the expression');
    const compile = Object.hasOwn(expressionOperators, first) ? expressionOperators[first] : undefined;
    if (!compile) throw location(168, `Unrecognized expression '${first}'`);
    return compile(doc[first], scope, first);
  }
  const fields = names.map((name) => {
    if (name.startsWith('$'))
      throw location(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField.`);
    if (name.includes('.'))
      throw location(16412, `FieldPath field names may not contain '.'. Consider using $getField or $setField.`);
    return { name, expression: compileExpression(doc[name], scope) };
  });
  return (current, variables) => {
    const made: Doc = {};
    for (const { name, expression } of fields) {
      const value = expression(current, variables);
      if (value !== undefined) putField(made, name, value);
    }
    return made;
  };
}

/** Compiles with no outer variables; for single uses and tests. */
export function evaluateExpression(expression: unknown, doc: Doc, options: Partial<RootVariableOptions> = {}): unknown {
  const scope = rootVariables({ now: new Date(), ...options });
  return compileExpression(expression, scope.compile)(doc, scope.values);
}

/** The value that documents nested in documents have at the path; arrays on the way end it. For `$unwind`. */
export function valueAtFieldPath(doc: Doc, parts: readonly string[]): unknown {
  let value: unknown = doc;
  for (const part of parts) {
    if (!isDocument(value)) return undefined;
    value = getField(value, part);
  }
  return value;
}
