import { Double } from 'bson';
import type { StageCase } from './stage-case.ts';

const cakes = [
  { _id: 0, type: 'chocolate', state: 'CA', at: new Date('2020-01-01T00:00:00Z'), quantity: 120 },
  { _id: 1, type: 'chocolate', state: 'WA', at: new Date('2020-01-02T00:00:00Z'), quantity: 140 },
  { _id: 2, type: 'vanilla', state: 'CA', at: new Date('2020-01-03T00:00:00Z'), quantity: 140 },
  { _id: 3, type: 'vanilla', state: 'WA', at: new Date('2020-01-04T00:00:00Z'), quantity: 104 },
];

const window = (output: object, extra: object = { partitionBy: '$state', sortBy: { at: 1 } }): readonly object[] => [
  { $setWindowFields: { ...extra, output: { w: output } } },
  { $project: { w: 1 } },
];
const windowed = (...values: readonly [number, unknown][]): readonly object[] => values.map(([_id, w]) => ({ _id, w }));

export const windowCases: readonly StageCase[] = [
  [
    '$setWindowFields',
    'setWindowFields',
    cakes,
    window({ $sum: '$quantity', window: { documents: ['unbounded', 'current'] } }),
    windowed([0, 120], [2, 260], [1, 140], [3, 244]),
  ],
  [
    '$setWindowFields',
    'setWindowFields',
    cakes,
    window({ $avg: '$quantity', window: { documents: [-1, 0] } }, { sortBy: { at: 1 } }),
    windowed([0, new Double(120)], [1, new Double(130)], [2, new Double(140)], [3, new Double(122)]),
  ],
  [
    '$setWindowFields',
    'setWindowFields',
    cakes,
    window({ $push: '$quantity', window: { range: [-1, 0], unit: 'day' } }, { sortBy: { at: 1 } }),
    windowed([0, [120]], [1, [120, 140]], [2, [140, 140]], [3, [140, 104]]),
  ],
  [
    '$documentNumber',
    'documentNumber',
    cakes,
    window({ $documentNumber: {} }),
    windowed([0, 1], [2, 2], [1, 1], [3, 2]),
  ],
  [
    '$rank',
    'rank',
    cakes,
    window({ $rank: {} }, { sortBy: { quantity: -1 } }),
    windowed([1, 1], [2, 1], [0, 3], [3, 4]),
  ],
  [
    '$denseRank',
    'denseRank',
    cakes,
    window({ $denseRank: {} }, { sortBy: { quantity: -1 } }),
    windowed([1, 1], [2, 1], [0, 2], [3, 3]),
  ],
  [
    '$shift',
    'shift',
    cakes,
    window({ $shift: { output: '$quantity', by: -1, default: 'none' } }),
    windowed([0, 'none'], [2, 120], [1, 'none'], [3, 140]),
  ],
  [
    '$locf',
    'locf',
    [{ _id: 1, v: 5 }, { _id: 2 }, { _id: 3, v: 7 }],
    window({ $locf: '$v' }, { sortBy: { _id: 1 } }),
    windowed([1, 5], [2, 5], [3, 7]),
  ],
];
