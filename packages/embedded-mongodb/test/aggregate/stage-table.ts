import { Decimal128, Double, Long } from 'bson';
import { named } from './expression-case.ts';
import type { StageCase } from './stage-case.ts';

const sales = [
  { _id: 1, item: 'abc', price: 10, quantity: 2, date: new Date('2014-03-01T08:00:00Z') },
  { _id: 2, item: 'jkl', price: 20, quantity: 1, date: new Date('2014-03-01T09:00:00Z') },
  { _id: 3, item: 'xyz', price: 5, quantity: 10, date: new Date('2014-03-15T09:00:00Z') },
  { _id: 4, item: 'abc', price: 10, quantity: 10, date: new Date('2014-04-04T11:21:39Z') },
];
const clothing = [
  { _id: 1, item: 'Shirt', sizes: ['S', 'M'] },
  { _id: 2, item: 'Shorts', sizes: [] },
  { _id: 3, item: 'Hat', sizes: 'M' },
  { _id: 4, item: 'Gloves' },
  { _id: 5, item: 'Scarf', sizes: null },
];
const artists = [
  { _id: 1, name: 'Bernard', born: 1868 },
  { _id: 2, name: 'Rozanova', born: 1886 },
  { _id: 3, name: 'Munch', born: 1863 },
];
const scores = [
  { _id: 1, p: 'A', s: 31 },
  { _id: 2, p: 'A', s: 33 },
  { _id: 3, p: 'B', s: 99 },
  { _id: 4, p: 'B', s: 15 },
];

/** What `$lookup`, `$graphLookup` and `$unionWith` find under these names. */
export const collections: Readonly<Record<string, readonly object[]>> = {
  inventory: [
    { _id: 1, sku: 'almonds', instock: 120 },
    { _id: 2, sku: 'bread', instock: 80 },
    { _id: 5, sku: null },
    { _id: 6 },
  ],
  members: [
    { _id: 1, name: 'artie' },
    { _id: 2, name: 'giraffe' },
    { _id: 3, name: 'panda' },
  ],
  employees: [
    { _id: 1, name: 'Dev' },
    { _id: 2, name: 'Eliot', reportsTo: 'Dev' },
    { _id: 3, name: 'Ron', reportsTo: 'Eliot' },
  ],
};

export const stageCases: readonly StageCase[] = [
  [
    '$match',
    'match',
    sales,
    [{ $match: { item: 'abc', quantity: { $gt: 5 } } }, { $project: { _id: 1 } }],
    [{ _id: 4 }],
  ],
  [
    '$project',
    'project',
    [{ _id: 1, title: 'abc', isbn: '0001122223334', author: { last: 'zzz', first: 'aaa' } }],
    [{ $project: { title: 1, isbn: { prefix: { $substr: ['$isbn', 0, 3] } }, lastName: '$author.last' } }],
    [{ _id: 1, title: 'abc', isbn: { prefix: '000' }, lastName: 'zzz' }],
  ],
  [
    '$project',
    'project',
    [{ _id: 1, title: 'abc', author: { last: 'zzz', first: 'aaa' }, copies: 5 }],
    [{ $project: { 'author.first': 0, copies: 0 } }],
    [{ _id: 1, title: 'abc', author: { last: 'zzz' } }],
  ],
  [
    '$project',
    'project',
    [{ _id: 1, user: '1234', stop: { title: 'book1', author: 'xyz' } }],
    [{ $project: { _id: 0, stop: { title: 1 } } }],
    [{ stop: { title: 'book1' } }],
  ],
  [
    '$addFields',
    'addFields',
    [{ _id: 1, homework: [10, 5, 10], quiz: [10, 8], specs: { doors: 4 } }],
    [
      {
        $addFields: {
          total: { $add: [{ $sum: '$homework' }, { $sum: '$quiz' }] },
          'specs.fuel': 'unleaded',
          quiz: '$$REMOVE',
        },
      },
    ],
    [{ _id: 1, homework: [10, 5, 10], specs: { doors: 4, fuel: 'unleaded' }, total: 43 }],
  ],
  [
    '$set',
    'set',
    [{ _id: 1, a: [{ b: 1 }, { b: 2 }] }],
    [{ $set: { 'a.c': 5, n: 1 } }],
    [
      {
        _id: 1,
        a: [
          { b: 1, c: 5 },
          { b: 2, c: 5 },
        ],
        n: 1,
      },
    ],
  ],
  [
    '$unset',
    'unset',
    [{ _id: 1, title: 'a', copies: [{ warehouse: 'A', qty: 5 }], author: { first: 'x' } }],
    [{ $unset: ['title', 'author.first', 'copies.warehouse'] }],
    [{ _id: 1, copies: [{ qty: 5 }], author: {} }],
  ],
  [
    '$replaceRoot',
    'replaceRoot',
    [{ _id: 1, pets: { dogs: 2 } }],
    [{ $replaceRoot: { newRoot: { $mergeObjects: [{ dogs: 0, cats: 0 }, '$pets'] } } }],
    [{ dogs: 2, cats: 0 }],
  ],
  ['$replaceWith', 'replaceWith', [{ _id: 1, grades: { a: 1 } }], [{ $replaceWith: '$grades' }], [{ a: 1 }]],
  [
    '$sort',
    'sort',
    sales,
    [{ $sort: { price: -1, _id: -1 } }, { $project: { _id: 1 } }],
    [{ _id: 2 }, { _id: 4 }, { _id: 1 }, { _id: 3 }],
  ],
  ['$limit', 'limit', scores, [{ $limit: 1 }], [{ _id: 1, p: 'A', s: 31 }]],
  ['$skip', 'skip', scores, [{ $skip: 3 }], [{ _id: 4, p: 'B', s: 15 }]],
  ['$count', 'count', scores, [{ $match: { s: { $gt: 30 } } }, { $count: 'passing' }], [{ passing: 3 }]],
  ['$count', 'count', [], [{ $count: 'none' }], []],
  ['$sample', 'sample', scores, [{ $sample: { size: 9 } }, { $count: 'n' }], [{ n: 4 }]],
  [
    '$unwind',
    'unwind',
    clothing,
    [{ $unwind: '$sizes' }, { $project: { sizes: 1 } }],
    [
      { _id: 1, sizes: 'S' },
      { _id: 1, sizes: 'M' },
      { _id: 3, sizes: 'M' },
    ],
  ],
  [
    '$unwind',
    'unwind',
    clothing,
    [{ $unwind: { path: '$sizes', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } }, { $unset: 'item' }],
    [
      { _id: 1, sizes: 'S', i: Long.fromNumber(0) },
      { _id: 1, sizes: 'M', i: Long.fromNumber(1) },
      { _id: 2, i: null },
      { _id: 3, sizes: 'M', i: null },
      { _id: 4, i: null },
      { _id: 5, sizes: null, i: null },
    ],
  ],
  [
    '$group',
    'group',
    sales,
    [
      { $group: { _id: '$item', total: { $sum: { $multiply: ['$price', '$quantity'] } } } },
      { $match: { total: { $gte: 100 } } },
    ],
    [{ _id: 'abc', total: 120 }],
  ],
  [
    '$group',
    'group',
    sales,
    [{ $group: { _id: null, average: { $avg: '$quantity' }, count: { $sum: 1 } } }],
    [{ _id: null, average: new Double(5.75), count: 4 }],
  ],
  [
    '$group',
    'group',
    [{ k: 1 }, { k: Long.fromNumber(1) }, { k: Decimal128.fromString('1') }, {}, { k: null }],
    [{ $group: { _id: '$k', n: { $sum: 1 } } }],
    [
      { _id: 1, n: 3 },
      { _id: null, n: 2 },
    ],
  ],
  [
    '$group',
    'group',
    [
      { a: 1, b: 2 },
      { a: 1, b: 2 },
    ],
    [{ $group: { _id: { x: '$a', y: '$b' }, n: { $count: {} } } }],
    [{ _id: { x: 1, y: 2 }, n: 2 }],
  ],
  [
    '$sortByCount',
    'sortByCount',
    scores.concat({ _id: 5, p: 'B', s: 1 }),
    [{ $sortByCount: '$p' }],
    [
      { _id: 'B', count: 3 },
      { _id: 'A', count: 2 },
    ],
  ],
  [
    '$bucket',
    'bucket',
    artists,
    [
      {
        $bucket: {
          groupBy: '$born',
          boundaries: [1860, 1870, 1880],
          default: 'Other',
          output: { count: { $sum: 1 }, names: { $push: '$name' } },
        },
      },
    ],
    [
      { _id: 1860, count: 2, names: ['Bernard', 'Munch'] },
      { _id: 'Other', count: 1, names: ['Rozanova'] },
    ],
  ],
  [
    '$bucketAuto',
    'bucketAuto',
    [1, 2, 3, 4].map((_id) => ({ _id })),
    [{ $bucketAuto: { groupBy: '$_id', buckets: 2 } }],
    [
      { _id: { min: 1, max: 3 }, count: 2 },
      { _id: { min: 3, max: 4 }, count: 2 },
    ],
  ],
  [
    '$facet',
    'facet',
    scores,
    [{ $facet: { high: [{ $match: { s: { $gt: 50 } } }], n: [{ $count: 'n' }] } }],
    [{ high: [{ _id: 3, p: 'B', s: 99 }], n: [{ n: 4 }] }],
  ],
  [
    '$lookup',
    'lookup',
    [{ _id: 1, item: 'almonds' }, { _id: 2 }],
    [{ $lookup: { from: 'inventory', localField: 'item', foreignField: 'sku', as: 'docs' } }],
    [
      { _id: 1, item: 'almonds', docs: [{ _id: 1, sku: 'almonds', instock: 120 }] },
      { _id: 2, docs: [{ _id: 5, sku: null }, { _id: 6 }] },
    ],
  ],
  [
    '$lookup',
    'lookup',
    [{ _id: 1, list: ['giraffe', 'artie'] }],
    [{ $lookup: { from: 'members', localField: 'list', foreignField: 'name', as: 'info' } }],
    [
      {
        _id: 1,
        list: ['giraffe', 'artie'],
        info: [
          { _id: 1, name: 'artie' },
          { _id: 2, name: 'giraffe' },
        ],
      },
    ],
  ],
  [
    '$lookup',
    'lookup',
    [{ _id: 1, ordered: 100 }],
    [
      {
        $lookup: {
          from: 'inventory',
          let: { qty: '$ordered' },
          pipeline: [{ $match: { $expr: { $gte: ['$instock', '$$qty'] } } }, { $project: { _id: 0, sku: 1 } }],
          as: 'stock',
        },
      },
    ],
    [{ _id: 1, ordered: 100, stock: [{ sku: 'almonds' }] }],
  ],
  [
    '$graphLookup',
    'graphLookup',
    [{ _id: 3, reportsTo: 'Eliot' }],
    [
      {
        $graphLookup: {
          from: 'employees',
          startWith: '$reportsTo',
          connectFromField: 'reportsTo',
          connectToField: 'name',
          as: 'chain',
          depthField: 'd',
        },
      },
    ],
    [
      {
        _id: 3,
        reportsTo: 'Eliot',
        chain: [
          { _id: 2, name: 'Eliot', reportsTo: 'Dev', d: Long.fromNumber(0) },
          { _id: 1, name: 'Dev', d: Long.fromNumber(1) },
        ],
      },
    ],
  ],
  [
    '$unionWith',
    'unionWith',
    [{ _id: 9 }],
    [{ $unionWith: { coll: 'members', pipeline: [{ $match: { name: 'panda' } }] } }],
    [{ _id: 9 }, { _id: 3, name: 'panda' }],
  ],
  [
    '$redact',
    'redact',
    [{ _id: 1, tags: ['G'], sub: [{ tags: ['X'] }, { tags: ['G'], t: 1 }] }],
    [{ $redact: { $cond: named('if', { $in: ['G', '$tags'] }, 'then', '$$DESCEND', 'else', '$$PRUNE') } }],
    [{ _id: 1, tags: ['G'], sub: [{ tags: ['G'], t: 1 }] }],
  ],
  [
    '$documents',
    'documents',
    [],
    [{ $documents: [{ x: 10 }, { x: { $add: [1, 1] } }] }, { $match: { x: 2 } }],
    [{ x: 2 }],
  ],
];
