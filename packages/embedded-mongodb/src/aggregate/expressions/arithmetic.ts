import { Double, Int32, Long } from 'bson';
import { multiplyNumbers, subtractNumbers } from '../../values/arithmetic.ts';
import { bsonTypeOf, isNumeric } from '../../values/bson-type.ts';
import { dateAt } from '../../values/dates.ts';
import { decimalFrom } from '../../values/decimal-rounding.ts';
import { compareNumeric, integerValue, toDouble, toExact } from '../../values/numeric.ts';
import { location, typeMismatch } from '../../values/refusals.ts';
import { createSum } from '../../values/sum.ts';
import { isNullish, nullableOperator, type OperatorCompiler, operator } from '../expression-scope.ts';
import { divideNumbers, moduloNumbers, powerOf, roundTo } from './number-operations.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#arithmetic-expression-operators */
export const arithmeticOperators: Readonly<Record<string, OperatorCompiler>> = {
  $add: operator(0, Number.POSITIVE_INFINITY, (args) => sum(args)),
  $subtract: nullableOperator(2, 2, ([a, b]) => subtract(a, b)),
  $multiply: operator(0, Number.POSITIVE_INFINITY, (args) => product(args)),
  $divide: nullableOperator(2, 2, ([a, b]) => {
    if (!isNumeric(a) || !isNumeric(b))
      throw typeMismatch(`$divide only supports numeric types, not ${bsonTypeOf(a)} and ${bsonTypeOf(b)}`);
    return divideNumbers(a, b);
  }),
  $mod: nullableOperator(2, 2, ([a, b]) => {
    if (!isNumeric(a) || !isNumeric(b))
      throw location(16611, `$mod only supports numeric types, not ${bsonTypeOf(a)} and ${bsonTypeOf(b)}`);
    return moduloNumbers(a, b);
  }),
  $abs: unary((value) => (compareNumeric(value, 0) < 0 && !Number.isNaN(toDouble(value)) ? negate(value) : value)),
  $ceil: unary((value) => roundTo(value, 0, 'ceil')),
  $floor: unary((value) => roundTo(value, 0, 'floor')),
  $round: rounding('half-even'),
  $trunc: rounding('trunc'),
  $sqrt: unary((value) => {
    if (toDouble(value) < 0) throw location(28714, "$sqrt's argument must be greater than or equal to 0");
    return new Double(Math.sqrt(toDouble(value)));
  }),
  $exp: unary((value) => new Double(Math.exp(toDouble(value)))),
  $ln: unary((value) => {
    if (toDouble(value) <= 0) throw location(28766, "$ln's argument must be a positive number");
    return new Double(Math.log(toDouble(value)));
  }),
  $log10: unary((value) => {
    if (toDouble(value) <= 0) throw location(28761, "$log10's argument must be a positive number");
    return new Double(Math.log10(toDouble(value)));
  }),
  $log: nullableOperator(2, 2, ([value, base]) => {
    if (!isNumeric(value)) throw location(28756, `$log's argument must be numeric, not ${bsonTypeOf(value)}`);
    if (!isNumeric(base)) throw location(28757, `$log's base must be numeric, not ${bsonTypeOf(base)}`);
    if (toDouble(value) <= 0) throw location(28758, "$log's argument must be a positive number");
    if (toDouble(base) <= 0 || toDouble(base) === 1)
      throw location(28759, "$log's base must be a positive number not equal to 1");
    return new Double(Math.log(toDouble(value)) / Math.log(toDouble(base)));
  }),
  $pow: nullableOperator(2, 2, ([base, exponent]) => {
    if (!isNumeric(base)) throw location(28762, `$pow's base must be numeric, not ${bsonTypeOf(base)}`);
    if (!isNumeric(exponent)) throw location(28763, `$pow's exponent must be numeric, not ${bsonTypeOf(exponent)}`);
    return powerOf(base, exponent);
  }),
};

function unary(evaluate: (value: unknown) => unknown): OperatorCompiler {
  return nullableOperator(1, 1, ([value], name) => {
    if (!isNumeric(value)) throw location(28765, `${name} only supports numeric types, not ${bsonTypeOf(value)}`);
    return evaluate(value);
  });
}

function rounding(mode: 'half-even' | 'trunc'): OperatorCompiler {
  return operator(1, 2, ([value, place = new Int32(0)], name) => {
    if (isNullish(value) || place === null) return null;
    if (!isNumeric(value)) throw location(51081, `${name} only supports numeric types, not ${bsonTypeOf(value)}`);
    const digits = isNumeric(place) ? toDouble(place) : Number.NaN;
    if (!Number.isInteger(digits)) throw location(51082, `precision argument to ${name} must be a integral value`);
    if (digits < -20 || digits > 100)
      throw location(51083, `cannot apply ${name} with precision value ${digits} value must be in [-20, 100]`);
    return roundTo(value, digits, mode);
  });
}

function negate(value: unknown): unknown {
  const type = bsonTypeOf(value);
  if (type === 'double') return new Double(-toDouble(value));
  const exact = toExact(value);
  if (typeof exact === 'number') return decimalFrom(-exact);
  if (type === 'decimal') return decimalFrom({ coefficient: -exact.coefficient, exponent: exact.exponent });
  if (exact.coefficient === -(2n ** 63n)) throw location(28680, "can't take $abs of long long min");
  return integerValue(-exact.coefficient, type === 'long');
}

/** Numbers and at most one date; null or missing makes null. Integers beyond int64 go on as double. */
function sum(args: readonly unknown[]): unknown {
  const total = createSum();
  let date: Date | undefined;
  for (const arg of args) {
    if (isNullish(arg)) return null;
    if (arg instanceof Date) {
      if (date) throw location(16612, 'only one date allowed in an $add expression');
      date = arg;
    } else if (isNumeric(arg)) {
      total.add(arg);
    } else {
      throw typeMismatch(`$add only supports numeric or date types, not ${bsonTypeOf(arg)}`);
    }
  }
  return date ? dateAt(date.getTime() + Math.round(toDouble(total.total()))) : total.total();
}

function product(args: readonly unknown[]): unknown {
  let total: unknown = new Int32(1);
  for (const arg of args) {
    if (isNullish(arg)) return null;
    if (!isNumeric(arg)) throw typeMismatch(`$multiply only supports numeric types, not ${bsonTypeOf(arg)}`);
    total = multiplyNumbers(total, arg) ?? new Double(toDouble(total) * toDouble(arg));
  }
  return total;
}

function subtract(a: unknown, b: unknown): unknown {
  if (a instanceof Date) {
    if (b instanceof Date) return Long.fromNumber(dateAt(a.getTime()).getTime() - dateAt(b.getTime()).getTime());
    if (isNumeric(b)) return dateAt(a.getTime() - Math.round(toDouble(b)));
    throw typeMismatch(`can't $subtract ${bsonTypeOf(b)} from Date`);
  }
  if (!isNumeric(a) || !isNumeric(b)) throw typeMismatch(`can't $subtract ${bsonTypeOf(b)} from ${bsonTypeOf(a)}`);
  return subtractNumbers(a, b) ?? new Double(toDouble(a) - toDouble(b));
}
