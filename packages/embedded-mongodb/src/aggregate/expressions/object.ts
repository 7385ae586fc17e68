import { type Binary, calculateObjectSize, Double, Int32 } from 'bson';
import { bsonTypeOf, type Doc, isDocument } from '../../values/bson-type.ts';
import { getField, plainDocument, putField, withField, withoutField } from '../../values/fields.ts';
import { textScoreOf } from '../../values/metadata.ts';
import { preview } from '../../values/preview.ts';
import { location, refusal } from '../../values/refusals.ts';
import { isNullish, namedOperands, nullableOperator, type OperatorCompiler, operator } from '../expression-scope.ts';

/** As a mongod that was started with `--noscripting` says it. */
export const NO_JAVASCRIPT = 'Cannot run server-side javascript without the javascript engine enabled';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#object-expression-operators, sizes and refusals */
export const objectOperators: Readonly<Record<string, OperatorCompiler>> = {
  $mergeObjects: operator(0, Number.POSITIVE_INFINITY, (args) => {
    const merged: Doc = {};
    for (const arg of args) {
      if (isNullish(arg)) continue;
      if (!isDocument(arg))
        throw location(40400, `$mergeObjects requires object inputs, but input is of type ${bsonTypeOf(arg)}`);
      for (const [name, value] of Object.entries(plainDocument(arg))) putField(merged, name, value);
    }
    return merged;
  }),
  $objectToArray: nullableOperator(1, 1, ([value]) => {
    if (!isDocument(value))
      throw location(40390, `$objectToArray requires a document input, found: ${bsonTypeOf(value)}`);
    return Object.entries(plainDocument(value)).map(([k, v]) => ({ k, v }));
  }),
  $getField: (operand, scope, name) => {
    const isNamed = isDocument(operand) && Object.hasOwn(operand, 'field');
    const args = isNamed
      ? namedOperands(name, operand, {
          required: ['field'],
          optional: ['input'],
          notObject: 3041701,
          unknown: 3041701,
          missing: 3041702,
        })
      : { field: operand };
    const field = constantName(args['field'], name, 3041704);
    const input = Object.hasOwn(args, 'input') ? scope.compile((args as Doc)['input'], scope) : undefined;
    return (doc, variables) => {
      const target = input ? input(doc, variables) : doc;
      if (target === null) return null;
      return isDocument(target) ? getField(target, field) : undefined;
    };
  },
  $setField: (operand, scope, name) => {
    const args = namedOperands(name, operand, {
      required: ['field', 'input', 'value'],
      notObject: 4161100,
      unknown: 4161101,
      missing: 4161102,
    });
    const field = constantName(args['field'], name, 4161107);
    const input = scope.compile(args['input'], scope);
    const value = scope.compile(args['value'], scope);
    return (doc, variables) => setField(input(doc, variables), field, value(doc, variables), name);
  },
  $unsetField: (operand, scope, name) => {
    const args = namedOperands(name, operand, {
      required: ['field', 'input'],
      notObject: 4161100,
      unknown: 4161101,
      missing: 4161109,
    });
    const field = constantName(args['field'], name, 4161107);
    const input = scope.compile(args['input'], scope);
    return (doc, variables) => setField(input(doc, variables), field, undefined, name);
  },
  $binarySize: nullableOperator(1, 1, ([value]) => {
    if (typeof value === 'string') return new Int32(Buffer.byteLength(value));
    if (bsonTypeOf(value) !== 'binData')
      throw location(51276, `$binarySize requires a string or BinData argument, found: ${bsonTypeOf(value)}`);
    return new Int32((value as Binary).position);
  }),
  $bsonSize: nullableOperator(1, 1, ([value]) => {
    if (!isDocument(value)) throw location(31393, `$bsonSize requires a document input, found: ${bsonTypeOf(value)}`);
    return new Int32(calculateObjectSize(value, { ignoreUndefined: true }));
  }),
  $rand: (operand) => {
    const isEmpty = Array.isArray(operand)
      ? operand.length === 0
      : isDocument(operand) && Object.keys(operand).length === 0;
    if (!isEmpty) throw location(3040501, '$rand does not currently accept arguments');
    return () => new Double(Math.random());
  },
  $function: () => {
    throw refusal(31264, NO_JAVASCRIPT);
  },
  $accumulator: () => {
    throw refusal(31264, NO_JAVASCRIPT);
  },
  $meta: (operand) => {
    if (operand === 'textScore') {
      return (doc) => {
        const score = textScoreOf(doc);
        if (score === undefined) throw location(40218, 'query requires text score metadata, but it is not available');
        return new Double(score);
      };
    }
    throw location(40218, `query requires ${preview(operand)} metadata, but it is not available`);
  },
};

function setField(target: unknown, field: string, value: unknown, name: string): unknown {
  if (isNullish(target)) return null;
  if (!isDocument(target)) throw location(4161105, `${name} requires 'input' to evaluate to type Object`);
  return value === undefined ? withoutField(target, field) : withField(target, field, value);
}

/** A field name that is a constant string; `$`-prefixed ones come as `{ $literal }`. */
function constantName(operand: unknown, name: string, code: number): string {
  const literal = isDocument(operand) && Object.hasOwn(operand, '$literal') ? operand['$literal'] : operand;
  if (typeof literal !== 'string')
    throw location(
      3041704,
      `${name} requires 'field' to evaluate to a constant string, but got ${bsonTypeOf(literal)}`,
    );
  if (literal === operand && literal.startsWith('$'))
    throw location(
      code,
      `'${literal}' is a field path reference which is not allowed in this context. Did you mean {$literal: '${literal}'}?`,
    );
  return literal;
}
