import { Double } from 'bson';
import type { StageCase } from './stage-case.ts';

const at = (text: string) => new Date(`2021-05-18T${text}Z`);
const weather = [
  { _id: 1, timestamp: at('00:00:00'), temp: 12 },
  { _id: 2, timestamp: at('04:00:00'), temp: 11 },
  { _id: 3, timestamp: at('06:00:00'), temp: 13 },
];
const coffee = [
  { _id: 1, variety: 'Arabica', altitude: 600 },
  { _id: 2, variety: 'Arabica', altitude: 1000 },
  { _id: 3, variety: 'Gesha', altitude: 800 },
];
const stock = [
  { _id: 1, n: 1, price: 500 },
  { _id: 2, n: 2 },
  { _id: 3, n: 4, price: 515 },
  { _id: 4, n: 5, price: null },
];

/** Stages that fill gaps, after the manual's examples. */
export const gapCases: readonly StageCase[] = [
  [
    '$densify',
    'densify',
    weather,
    [{ $densify: { field: 'timestamp', range: { step: 2, unit: 'hour', bounds: [at('00:00:00'), at('08:00:00')] } } }],
    [weather[0] as object, { timestamp: at('02:00:00') }, weather[1] as object, weather[2] as object],
  ],
  [
    '$densify',
    'densify',
    coffee,
    [{ $densify: { field: 'altitude', partitionByFields: ['variety'], range: { bounds: 'full', step: 200 } } }],
    [
      coffee[0] as object,
      { variety: 'Arabica', altitude: 800 },
      coffee[1] as object,
      { variety: 'Gesha', altitude: 600 },
      coffee[2] as object,
      { variety: 'Gesha', altitude: 1000 },
    ],
  ],
  [
    '$densify',
    'densify',
    coffee,
    [{ $densify: { field: 'altitude', partitionByFields: ['variety'], range: { bounds: 'partition', step: 200 } } }],
    [coffee[0] as object, { variety: 'Arabica', altitude: 800 }, coffee[1] as object, coffee[2] as object],
  ],
  [
    '$fill',
    'fill',
    stock,
    [{ $fill: { sortBy: { n: 1 }, output: { price: { method: 'linear' } } } }],
    [stock[0] as object, { _id: 2, n: 2, price: new Double(505) }, stock[2] as object, stock[3] as object],
  ],
  [
    '$fill',
    'fill',
    stock,
    [{ $fill: { sortBy: { n: 1 }, output: { price: { method: 'locf' } } } }],
    [stock[0] as object, { _id: 2, n: 2, price: 500 }, stock[2] as object, { _id: 4, n: 5, price: 515 }],
  ],
  [
    '$fill',
    'fill',
    stock,
    [{ $fill: { output: { price: { value: 0 } } } }],
    [stock[0] as object, { _id: 2, n: 2, price: 0 }, stock[2] as object, { _id: 4, n: 5, price: 0 }],
  ],
];
