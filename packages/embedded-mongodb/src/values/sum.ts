import { Double } from 'bson';
import { addNumbers, integerOf } from './arithmetic.ts';
import { bsonTypeOf } from './bson-type.ts';
import { decimalFrom } from './decimal-rounding.ts';
import { fitsInt64, integerValue, toDecimal, toDouble } from './numeric.ts';

/** A running sum that loses nothing on the way: integers exact, doubles with the error carried, decimals apart. */
export interface Sum {
  add(value: unknown): void;
  /** int, long, double or decimal: the widest type added; integers beyond int64 become double. */
  total(): unknown;
}

export function createSum(): Sum {
  let integers = 0n;
  let doubles = 0;
  let lost = 0;
  let decimals: unknown;
  let widest: 'int' | 'long' | 'double' = 'int';
  const addDouble = (value: number): void => {
    // Neumaier's sum: what rounding drops is kept beside.
    const sum = doubles + value;
    lost += Math.abs(doubles) >= Math.abs(value) ? doubles - sum + value : value - sum + doubles;
    doubles = sum;
  };
  return {
    add(value) {
      const type = bsonTypeOf(value);
      if (type === 'decimal') {
        decimals = decimals === undefined ? value : addNumbers(decimals, value);
      } else if (type === 'double') {
        widest = 'double';
        addDouble(toDouble(value));
      } else {
        if (type === 'long' && widest === 'int') widest = 'long';
        integers += integerOf(value);
      }
    },
    total() {
      const withIntegers = (): number => {
        const all = doubles + Number(integers);
        return Number.isFinite(all) ? all + lost : all;
      };
      if (decimals !== undefined) {
        const exact = addNumbers(decimals, decimalFrom({ coefficient: integers, exponent: 0 }));
        return widest === 'double'
          ? addNumbers(exact, toDecimal(new Double(doubles + (Number.isFinite(doubles) ? lost : 0))))
          : exact;
      }
      if (widest === 'double') return new Double(withIntegers());
      return fitsInt64(integers) ? integerValue(integers, widest === 'long') : new Double(Number(integers));
    },
  };
}
