import { CommandError } from '../../command-error.ts';
import { type BsonTypeName, bsonTypeOf, isNumeric } from '../../values/bson-type.ts';
import { compileNamed, isNullish, type OperatorCompiler, operator } from '../expression-scope.ts';
import { conversionTarget, convertValue } from './conversion.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#type-expression-operators */
export const typeOperators: Readonly<Record<string, OperatorCompiler>> = {
  $type: operator(1, 1, ([value]) => bsonTypeOf(value)),
  $isNumber: operator(1, 1, ([value]) => isNumeric(value)),
  $convert: compileConvert,
  $toBool: converting('bool'),
  $toDate: converting('date'),
  $toDecimal: converting('decimal'),
  $toDouble: converting('double'),
  $toInt: converting('int'),
  $toLong: converting('long'),
  $toObjectId: converting('objectId'),
  $toString: converting('string'),
};

function converting(type: BsonTypeName): OperatorCompiler {
  return operator(1, 1, ([value]) => (isNullish(value) ? null : convertValue(value, type)));
}

function compileConvert(...[operand, scope, name]: Parameters<OperatorCompiler>): ReturnType<OperatorCompiler> {
  const args = compileNamed(name, operand, scope, {
    required: ['input', 'to'],
    optional: ['onError', 'onNull', 'format'],
    notObject: 9,
    unknown: 9,
    missing: 9,
  });
  return (doc, variables) => {
    const input = args['input']?.(doc, variables);
    const type = args['to']?.(doc, variables);
    if (isNullish(input)) return args['onNull'] ? args['onNull'](doc, variables) : null;
    if (isNullish(type)) return null;
    const target = conversionTarget(bsonTypeOf(type) === 'object' ? (type as { type?: unknown }).type : type);
    try {
      return convertValue(input, target);
    } catch (error) {
      if (args['onError'] && error instanceof CommandError && error.code === 241)
        return args['onError'](doc, variables);
      throw error;
    }
  };
}
