import { BSONRegExp, Decimal128, Double, Int32, Long, MinKey, ObjectId } from 'bson';

/** One case of the manual: which of the documents (by `_id`, or by place when they have none) the filter finds. */
export interface QueryCase {
  readonly operator: string;
  /** Page of https://www.mongodb.com/docs/manual/ */
  readonly page: string;
  readonly docs: readonly object[];
  readonly filter: object;
  readonly finds: readonly unknown[];
}

const page = (name: string): string => `reference/operator/query/${name}`;

const inventory = [
  { _id: 1, item: { name: 'ab', code: '123' }, qty: 15, tags: ['A', 'B', 'C'] },
  { _id: 2, item: { name: 'cd', code: '123' }, qty: 20, tags: ['B'] },
  { _id: 3, item: { name: 'ij', code: '456' }, qty: 25, tags: ['A', 'B'] },
  { _id: 4, item: { name: 'xy', code: '456' }, qty: 30, tags: ['B', 'A'] },
  { _id: 5, item: { name: 'mn', code: '000' }, qty: 20, tags: [['A', 'B'], 'C'] },
];
const spices = [
  { _id: 1, saffron: 5, cinnamon: 5, mustard: null },
  { _id: 2, saffron: 3, cinnamon: null, mustard: 8 },
  { _id: 3, saffron: null, cinnamon: 3, mustard: 9 },
  { _id: 4, saffron: 1, cinnamon: 2, mustard: 3 },
  { _id: 5, saffron: 2, mustard: 5 },
  { _id: 6, saffron: 3, cinnamon: 2 },
];
const survey = [
  {
    _id: 1,
    results: [
      { product: 'abc', score: 10 },
      { product: 'xyz', score: 5 },
    ],
  },
  {
    _id: 2,
    results: [
      { product: 'abc', score: 8 },
      { product: 'xyz', score: 7 },
    ],
  },
  {
    _id: 3,
    results: [
      { product: 'abc', score: 7 },
      { product: 'xyz', score: 8 },
    ],
  },
  {
    _id: 4,
    results: [
      { product: 'abc', score: 7 },
      { product: 'def', score: 8 },
    ],
  },
];
const products = [
  { _id: 100, sku: 'abc123', description: 'Single line description.' },
  { _id: 101, sku: 'abc789', description: 'First line\nSecond line' },
  { _id: 102, sku: 'xyz456', description: 'Many spaces before     line' },
  { _id: 103, sku: 'xyz789', description: 'Multiple\nline description' },
  { _id: 104, sku: 'Abc789', description: 'SKU starts with A' },
];
const addressBook = [
  { _id: 1, address: '2030 Martian Way', zipCode: '90698345' },
  { _id: 2, address: '156 Lunar Place', zipCode: new Int32(43339374) },
  { _id: 3, address: '2324 Pluto Place', zipCode: Long.fromNumber(3921412) },
  { _id: 4, address: '55 Saturn Ring', zipCode: new Double(88602117) },
  { _id: 5, address: '104 Venus Drive', zipCode: ['834847278', '1893289032'] },
];
const zeros = [{ _id: 1, a: null }, { _id: 2 }, { _id: 3, a: 1 }, { _id: 4, a: [null, 2] }, { _id: 5, a: [] }];
const students = [
  { name: 'Alice', year: new Int32(2019), gpa: new Double(3.5) },
  { name: 'Bob', year: new Int32(2012) },
  { name: 5, year: 2019 },
];
const monthlyBudget = [
  { _id: 1, budget: 400, spent: 450 },
  { _id: 2, budget: 100, spent: 150 },
  { _id: 3, budget: 100, spent: 50 },
];
const modulo = [
  { _id: 1, qty: 0 },
  { _id: 2, qty: 5 },
  { _id: 3, qty: 12 },
  { _id: 4, qty: new Double(-12.9) },
  { _id: 5, qty: 'x' },
];

export const queryCases: readonly QueryCase[] = [
  { operator: '$eq', page: page('eq'), docs: inventory, filter: { qty: { $eq: 20 } }, finds: [2, 5] },
  { operator: '$eq', page: page('eq'), docs: inventory, filter: { 'item.name': { $eq: 'ab' } }, finds: [1] },
  { operator: '$eq', page: page('eq'), docs: inventory, filter: { tags: { $eq: 'B' } }, finds: [1, 2, 3, 4] },
  { operator: '$eq', page: page('eq'), docs: inventory, filter: { tags: { $eq: ['A', 'B'] } }, finds: [3, 5] },
  {
    operator: '$eq',
    page: page('eq'),
    docs: [
      { _id: 1, company: 'MongoDB' },
      { _id: 2, company: 'MongoDB2' },
      { _id: 3, company: new BSONRegExp('MongoDB') },
    ],
    filter: { company: { $eq: new BSONRegExp('MongoDB') } },
    finds: [3],
  },
  { operator: '$eq', page: 'tutorial/query-for-null-fields', docs: zeros, filter: { a: null }, finds: [1, 2, 4] },
  {
    operator: '$eq',
    page: page('eq'),
    docs: [
      { _id: 1, n: Long.fromNumber(1) },
      { _id: 2, n: Decimal128.fromString('1.0') },
      { _id: 3, n: new Double(1.5) },
    ],
    filter: { n: 1 },
    finds: [1, 2],
  },
  { operator: '$ne', page: page('ne'), docs: inventory, filter: { qty: { $ne: 20 } }, finds: [1, 3, 4] },
  { operator: '$ne', page: page('ne'), docs: inventory, filter: { tags: { $ne: 'A' } }, finds: [2, 5] },
  { operator: '$ne', page: page('ne'), docs: zeros, filter: { a: { $ne: null } }, finds: [3, 5] },
  { operator: '$gt', page: page('gt'), docs: inventory, filter: { qty: { $gt: 20 } }, finds: [3, 4] },
  {
    operator: '$gt',
    page: page('gt'),
    docs: [
      { _id: 1, a: 'x' },
      { _id: 2, a: null },
      { _id: 3, a: [1, 9] },
      { _id: 4, a: new Double(Number.NaN) },
    ],
    filter: { a: { $gt: 5 } },
    finds: [3],
  },
  {
    operator: '$gt',
    page: page('gt'),
    docs: [{ _id: 1, a: 1 }, { _id: 2 }],
    filter: { a: { $gt: new MinKey() } },
    finds: [1, 2],
  },
  { operator: '$gte', page: page('gte'), docs: inventory, filter: { qty: { $gte: 20 } }, finds: [2, 3, 4, 5] },
  { operator: '$gte', page: page('gte'), docs: zeros, filter: { a: { $gte: null } }, finds: [1, 2, 4] },
  { operator: '$lt', page: page('lt'), docs: inventory, filter: { qty: { $lt: 20 } }, finds: [1] },
  { operator: '$lte', page: page('lte'), docs: inventory, filter: { qty: { $lte: 20 } }, finds: [1, 2, 5] },
  { operator: '$lte', page: page('lte'), docs: zeros, filter: { a: { $lte: null } }, finds: [1, 2, 4] },
  { operator: '$in', page: page('in'), docs: inventory, filter: { qty: { $in: [15, 30] } }, finds: [1, 4] },
  {
    operator: '$in',
    page: page('in'),
    docs: inventory,
    filter: { 'item.name': { $in: [new BSONRegExp('^a'), 'xy'] } },
    finds: [1, 4],
  },
  { operator: '$in', page: page('in'), docs: zeros, filter: { a: { $in: [null, 1] } }, finds: [1, 2, 3, 4] },
  { operator: '$nin', page: page('nin'), docs: inventory, filter: { qty: { $nin: [15, 20] } }, finds: [3, 4] },
  { operator: '$nin', page: page('nin'), docs: zeros, filter: { a: { $nin: [1] } }, finds: [1, 2, 4, 5] },
  {
    operator: '$and',
    page: page('and'),
    docs: inventory,
    filter: { $and: [{ qty: { $gt: 15 } }, { qty: { $lt: 30 } }] },
    finds: [2, 3, 5],
  },
  {
    operator: '$or',
    page: page('or'),
    docs: inventory,
    filter: { $or: [{ qty: { $lt: 20 } }, { 'item.code': '000' }] },
    finds: [1, 5],
  },
  { operator: '$nor', page: page('nor'), docs: inventory, filter: { $nor: [{ qty: 20 }, { tags: 'A' }] }, finds: [] },
  { operator: '$nor', page: page('nor'), docs: zeros, filter: { $nor: [{ a: 1 }, { a: null }] }, finds: [5] },
  { operator: '$not', page: page('not'), docs: inventory, filter: { qty: { $not: { $gt: 20 } } }, finds: [1, 2, 5] },
  { operator: '$not', page: page('not'), docs: zeros, filter: { a: { $not: { $gt: 0 } } }, finds: [1, 2, 5] },
  {
    operator: '$not',
    page: page('not'),
    docs: inventory,
    filter: { 'item.name': { $not: new BSONRegExp('^[a-m]') } },
    finds: [4],
  },
  { operator: '$exists', page: page('exists'), docs: spices, filter: { cinnamon: { $exists: false } }, finds: [5] },
  {
    operator: '$exists',
    page: page('exists'),
    docs: spices,
    filter: { saffron: { $exists: true } },
    finds: [1, 2, 3, 4, 5, 6],
  },
  {
    operator: '$exists',
    page: page('exists'),
    docs: survey,
    filter: { 'results.score': { $exists: true }, 'results.note': { $exists: false } },
    finds: [1, 2, 3, 4],
  },
  { operator: '$type', page: page('type'), docs: addressBook, filter: { zipCode: { $type: 2 } }, finds: [1, 5] },
  {
    operator: '$type',
    page: page('type'),
    docs: addressBook,
    filter: { zipCode: { $type: 'number' } },
    finds: [2, 3, 4],
  },
  {
    operator: '$type',
    page: page('type'),
    docs: addressBook,
    filter: { zipCode: { $type: ['long', 16] } },
    finds: [2, 3],
  },
  { operator: '$type', page: page('type'), docs: addressBook, filter: { zipCode: { $type: 'array' } }, finds: [5] },
  { operator: '$mod', page: page('mod'), docs: modulo, filter: { qty: { $mod: [4, 0] } }, finds: [1, 3, 4] },
  { operator: '$mod', page: page('mod'), docs: modulo, filter: { qty: { $mod: [new Double(4.9), 1] } }, finds: [2] },
  {
    operator: '$regex',
    page: page('regex'),
    docs: products,
    filter: { sku: { $regex: '789$' } },
    finds: [101, 103, 104],
  },
  {
    operator: '$regex',
    page: page('regex'),
    docs: products,
    filter: { sku: { $regex: '^ABC', $options: 'i' } },
    finds: [100, 101, 104],
  },
  {
    operator: '$regex',
    page: page('regex'),
    docs: products,
    filter: { sku: new BSONRegExp('^abc') },
    finds: [100, 101],
  },
  {
    operator: '$options',
    page: page('regex'),
    docs: products,
    filter: { description: { $regex: '^S', $options: 'm' } },
    finds: [100, 101, 104],
  },
  {
    operator: '$options',
    page: page('regex'),
    docs: products,
    filter: { description: { $regex: 'm.*line', $options: 'si' } },
    finds: [102, 103],
  },
  {
    operator: '$options',
    page: page('regex'),
    docs: products,
    filter: { sku: { $regex: 'abc #category code\n123 #item number', $options: 'x' } },
    finds: [100],
  },
  { operator: '$size', page: page('size'), docs: inventory, filter: { tags: { $size: 2 } }, finds: [3, 4, 5] },
  { operator: '$all', page: page('all'), docs: inventory, filter: { tags: { $all: ['A', 'B'] } }, finds: [1, 3, 4] },
  { operator: '$all', page: page('all'), docs: inventory, filter: { tags: { $all: [['A', 'B']] } }, finds: [3, 5] },
  {
    operator: '$all',
    page: page('all'),
    docs: survey,
    filter: {
      results: { $all: [{ $elemMatch: { product: 'abc', score: 7 } }, { $elemMatch: { product: 'xyz', score: 8 } }] },
    },
    finds: [3],
  },
  { operator: '$all', page: page('all'), docs: inventory, filter: { tags: { $all: [] } }, finds: [] },
  {
    operator: '$elemMatch',
    page: page('elemMatch'),
    docs: [
      { _id: 1, results: [82, 85, 88] },
      { _id: 2, results: [75, 88, 89] },
    ],
    filter: { results: { $elemMatch: { $gte: 80, $lt: 85 } } },
    finds: [1],
  },
  {
    operator: '$elemMatch',
    page: page('elemMatch'),
    docs: survey,
    filter: { results: { $elemMatch: { product: 'xyz', score: { $gte: 8 } } } },
    finds: [3],
  },
  {
    operator: '$elemMatch',
    page: 'reference/database-references',
    docs: [{ makers: [{ $ref: 'people', $id: 1 }] }, { makers: [{ $ref: 'people', $id: 2 }] }, { makers: [1] }],
    filter: { makers: { $elemMatch: { $id: { $gt: 1 }, $ref: 'people' } } },
    finds: [1],
  },
  {
    operator: '$elemMatch',
    page: page('elemMatch'),
    docs: survey,
    filter: { 'results.product': 'xyz', 'results.score': { $gte: 8 } },
    finds: [1, 2, 3],
  },
  {
    operator: '$expr',
    page: page('expr'),
    docs: monthlyBudget,
    filter: { $expr: { $gt: ['$spent', '$budget'] } },
    finds: [1, 2],
  },
  {
    operator: '$jsonSchema',
    page: page('jsonSchema'),
    docs: students,
    filter: {
      $jsonSchema: {
        required: ['name', 'gpa'],
        properties: { name: { bsonType: 'string' }, year: { bsonType: 'int', minimum: 2017, maximum: 3017 } },
      },
    },
    finds: [0],
  },
  {
    operator: '$comment',
    page: page('comment'),
    docs: monthlyBudget,
    filter: { spent: { $gt: 100, $comment: 'over' }, $comment: 'audit' },
    finds: [1, 2],
  },
  {
    operator: '$alwaysTrue',
    page: 'reference/operator/query',
    docs: monthlyBudget,
    filter: { $alwaysTrue: 1 },
    finds: [1, 2, 3],
  },
  {
    operator: '$alwaysFalse',
    page: 'reference/operator/query',
    docs: monthlyBudget,
    filter: { $alwaysFalse: 1 },
    finds: [],
  },
  {
    operator: '$sampleRate',
    page: 'reference/operator/aggregation/sampleRate',
    docs: monthlyBudget,
    filter: { $sampleRate: 1 },
    finds: [1, 2, 3],
  },
  {
    operator: '$eq',
    page: 'core/document/#dot-notation',
    docs: [{ _id: new ObjectId('65f000000000000000000001'), a: [{ b: 1 }] }],
    filter: { 'a.0.b': 1 },
    finds: [new ObjectId('65f000000000000000000001')],
  },
];
