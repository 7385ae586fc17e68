import { Double, Int32 } from 'bson';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import { compareValues } from '../values/compare.ts';
import { plainDocument, putField } from '../values/fields.ts';
import { encodeKey } from '../values/key.ts';
import { toDouble } from '../values/numeric.ts';
import { location } from '../values/refusals.ts';
import { createSum } from '../values/sum.ts';
import { isNullish } from './expression-scope.ts';
import { divideNumbers } from './expressions/number-operations.ts';

/** A running result over the values of one group or window. */
export interface Accumulator {
  add(value: unknown): void;
  result(): unknown;
}

export type AccumulatorFactory = (collation: Collation | undefined) => Accumulator;

/** Accumulators that take one expression: https://www.mongodb.com/docs/manual/reference/operator/aggregation/#accumulators */
export const simpleAccumulators: Readonly<Record<string, AccumulatorFactory>> = {
  $sum: () => {
    const sum = createSum();
    return {
      add: (value) => {
        if (isNumeric(value)) sum.add(value);
      },
      result: () => sum.total(),
    };
  },
  $avg: () => {
    const sum = createSum();
    let count = 0;
    return {
      add: (value) => {
        if (!isNumeric(value)) return;
        sum.add(value);
        count += 1;
      },
      result: () => (count === 0 ? null : divideNumbers(sum.total(), new Int32(count))),
    };
  },
  $min: (collation) => extreme(-1, collation),
  $max: (collation) => extreme(1, collation),
  $first: () => {
    let first: unknown;
    let isSet = false;
    return {
      add: (value) => {
        if (!isSet) first = value;
        isSet = true;
      },
      result: () => first ?? null,
    };
  },
  $last: () => {
    let last: unknown;
    return {
      add: (value) => {
        last = value;
      },
      result: () => last ?? null,
    };
  },
  $push: () => {
    const values: unknown[] = [];
    return {
      add: (value) => {
        if (value !== undefined) values.push(value);
      },
      result: () => values,
    };
  },
  $addToSet: (collation) => {
    const values = new Map<string, unknown>();
    return {
      add: (value) => {
        if (value === undefined) return;
        const key = encodeKey(value, { collation });
        if (!values.has(key)) values.set(key, value);
      },
      result: () => [...values.values()],
    };
  },
  $mergeObjects: () => {
    const merged: Doc = {};
    return {
      add: (value) => {
        if (isNullish(value)) return;
        if (!isDocument(value))
          throw location(40400, `$mergeObjects requires object inputs, but input is of type ${bsonTypeOf(value)}`);
        for (const [name, field] of Object.entries(plainDocument(value))) putField(merged, name, field);
      },
      result: () => merged,
    };
  },
  $stdDevPop: () => deviation(0),
  $stdDevSamp: () => deviation(1),
};

function extreme(sign: 1 | -1, collation: Collation | undefined): Accumulator {
  let best: unknown;
  return {
    add: (value) => {
      if (isNullish(value)) return;
      if (best === undefined || compareValues(value, best, collation) * sign > 0) best = value;
    },
    result: () => best ?? null,
  };
}

/** Welford's running variance; `lost` degrees of freedom: 0 for a population, 1 for a sample. */
function deviation(lost: 0 | 1): Accumulator {
  let count = 0;
  let mean = 0;
  let squares = 0;
  return {
    add: (value) => {
      if (!isNumeric(value)) return;
      const number = toDouble(value);
      count += 1;
      const delta = number - mean;
      mean += delta / count;
      squares += delta * (number - mean);
    },
    result: () => (count <= lost ? null : new Double(Math.sqrt(squares / (count - lost)))),
  };
}
