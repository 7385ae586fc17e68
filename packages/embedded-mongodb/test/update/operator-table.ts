import { Decimal128, Double, Int32, Long, Timestamp } from 'bson';

export const now = new Date('2026-01-02T03:04:05.678Z');

/** One case of the manual: a document before and after an update. */
export interface UpdateCase {
  readonly operator: string;
  /** Page of https://www.mongodb.com/docs/manual/ */
  readonly page: string;
  readonly before: object;
  readonly update: object;
  readonly after: object;
  readonly arrayIndex?: number;
  readonly arrayFilters?: readonly object[];
  readonly isInsert?: boolean;
}

const page = (name: string): string => `reference/operator/update/${name}`;

export const updateCases: readonly UpdateCase[] = [
  {
    operator: '$set',
    page: page('set'),
    before: {
      _id: 100,
      quantity: 250,
      details: { model: '14QQ', make: 'Clothes Corp' },
      tags: ['apparel', 'clothing'],
      ratings: [{ by: 'Customer007', rating: 4 }],
    },
    update: { $set: { 'details.make': 'Kustom Kidz', 'tags.1': 'rain gear', 'ratings.0.rating': 2 } },
    after: {
      _id: 100,
      quantity: 250,
      details: { model: '14QQ', make: 'Kustom Kidz' },
      tags: ['apparel', 'rain gear'],
      ratings: [{ by: 'Customer007', rating: 2 }],
    },
  },
  {
    operator: '$set',
    page: page('set'),
    before: { _id: 1 },
    update: { $set: { b: 1, 'a.c': 2, 'a.b': 1 } },
    after: { _id: 1, a: { b: 1, c: 2 }, b: 1 },
  },
  {
    operator: '$set',
    page: page('set'),
    before: { _id: 1, a: [1] },
    update: { $set: { 'a.3': 4 } },
    after: { _id: 1, a: [1, null, null, 4] },
  },
  {
    operator: '$setOnInsert',
    page: page('setOnInsert'),
    before: { _id: 1, item: 'apple' },
    update: { $set: { item: 'pear' }, $setOnInsert: { defaultQty: 100 } },
    after: { _id: 1, item: 'pear', defaultQty: 100 },
    isInsert: true,
  },
  {
    operator: '$setOnInsert',
    page: page('setOnInsert'),
    before: { _id: 1 },
    update: { $setOnInsert: { defaultQty: 100 } },
    after: { _id: 1 },
  },
  {
    operator: '$unset',
    page: page('unset'),
    before: { _id: 1, item: 'chisel', quantity: 4, instock: true },
    update: { $unset: { quantity: '', instock: '', 'no.such': '' } },
    after: { _id: 1, item: 'chisel' },
  },
  {
    operator: '$unset',
    page: page('unset'),
    before: { _id: 1, a: [1, 2, 3] },
    update: { $unset: { 'a.1': '' } },
    after: { _id: 1, a: [1, null, 3] },
  },
  {
    operator: '$unset',
    page: page('unset'),
    before: { _id: 1, a: 5 },
    update: { $unset: { 'a.b': '' } },
    after: { _id: 1, a: 5 },
  },
  {
    operator: '$inc',
    page: page('inc'),
    before: { _id: 1, quantity: 10, metrics: { orders: 2, ratings: new Double(3.5) } },
    update: { $inc: { quantity: -2, 'metrics.orders': 1, 'metrics.views': 1 } },
    after: { _id: 1, quantity: 8, metrics: { orders: 3, ratings: new Double(3.5), views: 1 } },
  },
  {
    operator: '$inc',
    page: page('inc'),
    before: { _id: 1, a: new Int32(2147483647), b: Decimal128.fromString('0.1') },
    update: { $inc: { a: 1, b: Decimal128.fromString('0.2') } },
    after: { _id: 1, a: Long.fromNumber(2147483648), b: Decimal128.fromString('0.3') },
  },
  {
    operator: '$mul',
    page: page('mul'),
    before: { _id: 1, price: Decimal128.fromString('10.99'), quantity: 25 },
    update: { $mul: { price: Decimal128.fromString('1.25'), quantity: 2 } },
    after: { _id: 1, price: Decimal128.fromString('13.7375'), quantity: 50 },
  },
  {
    operator: '$mul',
    page: page('mul'),
    before: { _id: 2, item: 'Unknown' },
    update: { $mul: { price: Long.fromNumber(100) } },
    after: { _id: 2, item: 'Unknown', price: Long.fromNumber(0) },
  },
  {
    operator: '$min',
    page: page('min'),
    before: { _id: 1, highScore: 800, lowScore: 200 },
    update: { $min: { lowScore: 150, highScore: 900 } },
    after: { _id: 1, highScore: 800, lowScore: 150 },
  },
  {
    operator: '$max',
    page: page('max'),
    before: { _id: 1, highScore: 800, lowScore: 200 },
    update: { $max: { highScore: 950, lowScore: 100, other: 5 } },
    after: { _id: 1, highScore: 950, lowScore: 200, other: 5 },
  },
  {
    operator: '$currentDate',
    page: page('currentDate'),
    before: { _id: 1, status: 'a' },
    update: {
      $currentDate: { lastModified: true, 'cancellation.date': { $type: 'timestamp' } },
      $set: { status: 'D' },
    },
    after: { _id: 1, status: 'D', cancellation: { date: new Timestamp({ t: 1767323045, i: 1 }) }, lastModified: now },
  },
  {
    operator: '$bit',
    page: page('bit'),
    before: { _id: 1, and: new Int32(13), or: new Int32(3), xor: Long.fromNumber(1) },
    update: { $bit: { and: { and: new Int32(10) }, or: { or: new Int32(5) }, xor: { xor: new Int32(5) } } },
    after: { _id: 1, and: new Int32(8), or: new Int32(7), xor: Long.fromNumber(4) },
  },
  {
    operator: '$rename',
    page: page('rename'),
    before: { _id: 1, nmae: { first: 'george', last: 'washington' }, cell: '1' },
    update: { $rename: { nmae: 'name', cell: 'phones.mobile', wife: 'spouse' } },
    after: { _id: 1, name: { first: 'george', last: 'washington' }, phones: { mobile: '1' } },
  },
  {
    operator: 'replacement',
    page: 'reference/method/db.collection.replaceOne',
    before: { _id: 1, name: 'Central Perk Cafe', violations: 3 },
    update: { name: 'Central Pork Cafe', borough: 'Manhattan' },
    after: { _id: 1, name: 'Central Pork Cafe', borough: 'Manhattan' },
  },
  {
    operator: 'pipeline',
    page: 'tutorial/update-documents-with-aggregation-pipeline',
    before: { _id: 1, test1: 95, test2: 92, test3: 90 },
    update: [
      { $set: { total: { $sum: ['$test1', '$test2', '$test3'] }, modified: '$$NOW' } },
      { $unset: ['test1', 'test2'] },
      { $replaceWith: { $mergeObjects: [{ grade: 'A' }, '$$ROOT'] } },
    ],
    after: { grade: 'A', _id: 1, test3: 90, total: 277, modified: now },
  },
];
