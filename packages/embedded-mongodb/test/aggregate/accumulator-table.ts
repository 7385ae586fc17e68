import { Double } from 'bson';
import type { StageCase } from './stage-case.ts';

const scores = [
  { _id: 1, p: 'A', s: 31 },
  { _id: 2, p: 'A', s: 33 },
  { _id: 3, p: 'B', s: 99 },
  { _id: 4, p: 'B', s: 15 },
];

const group = (accumulator: object): readonly object[] => [{ $group: { _id: '$p', r: accumulator } }];
const grouped = (a: unknown, b: unknown): readonly object[] => [
  { _id: 'A', r: a },
  { _id: 'B', r: b },
];

export const accumulatorCases: readonly StageCase[] = [
  ['$sum', 'sum', scores, group({ $sum: '$s' }), grouped(64, 114)],
  ['$avg', 'avg', scores, group({ $avg: '$s' }), grouped(new Double(32), new Double(57))],
  ['$min', 'min', scores, group({ $min: '$s' }), grouped(31, 15)],
  ['$max', 'max', scores, group({ $max: '$s' }), grouped(33, 99)],
  ['$first', 'first', scores, group({ $first: '$s' }), grouped(31, 99)],
  ['$last', 'last', scores, group({ $last: '$s' }), grouped(33, 15)],
  ['$push', 'push', scores, group({ $push: '$s' }), grouped([31, 33], [99, 15])],
  [
    '$addToSet',
    'addToSet',
    [...scores, { _id: 5, p: 'A', s: new Double(31) }],
    group({ $addToSet: '$s' }),
    grouped([31, 33], [99, 15]),
  ],
  [
    '$mergeObjects',
    'mergeObjects',
    [{ p: 'A', q: { x: 1 } }, { p: 'A', q: { y: 2 } }, { p: 'B' }],
    group({ $mergeObjects: '$q' }),
    grouped({ x: 1, y: 2 }, {}),
  ],
  ['$stdDevPop', 'stdDevPop', scores, group({ $stdDevPop: '$s' }), grouped(new Double(1), new Double(42))],
  [
    '$stdDevSamp',
    'stdDevSamp',
    scores,
    group({ $stdDevSamp: '$s' }),
    grouped(new Double(Math.SQRT2), new Double(Math.sqrt(3528))),
  ],
  ['$count', 'count-accumulator', scores, group({ $count: {} }), grouped(2, 2)],
  ['$firstN', 'firstN', scores, group({ $firstN: { input: '$s', n: 1 } }), grouped([31], [99])],
  ['$lastN', 'lastN', scores, group({ $lastN: { input: '$s', n: 1 } }), grouped([33], [15])],
  ['$minN', 'minN', scores, group({ $minN: { input: '$s', n: 2 } }), grouped([31, 33], [15, 99])],
  ['$maxN', 'maxN', scores, group({ $maxN: { input: '$s', n: 1 } }), grouped([33], [99])],
  ['$top', 'top', scores, group({ $top: { output: ['$_id', '$s'], sortBy: { s: -1 } } }), grouped([2, 33], [3, 99])],
  ['$bottom', 'bottom', scores, group({ $bottom: { output: '$_id', sortBy: { s: -1 } } }), grouped(1, 4)],
  ['$topN', 'topN', scores, group({ $topN: { output: '$s', sortBy: { s: -1 }, n: 2 } }), grouped([33, 31], [99, 15])],
  ['$bottomN', 'bottomN', scores, group({ $bottomN: { output: '$s', sortBy: { s: -1 }, n: 1 } }), grouped([31], [15])],
  [
    '$median',
    'median',
    scores,
    group({ $median: { input: '$s', method: 'approximate' } }),
    grouped(new Double(31), new Double(15)),
  ],
  [
    '$percentile',
    'percentile',
    scores,
    group({ $percentile: { input: '$s', p: [1], method: 'approximate' } }),
    grouped([new Double(33)], [new Double(99)]),
  ],
];
