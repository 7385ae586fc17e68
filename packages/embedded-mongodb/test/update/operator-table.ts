import { BSONRegExp, Decimal128, Double, Int32, Long, Timestamp } from 'bson';

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

/** An update that MongoDB refuses, with the code of its error. */
export interface UpdateRefusal {
  readonly operator: string;
  readonly page: string;
  readonly before: object;
  readonly update: object;
  readonly code: number;
  readonly arrayFilters?: readonly object[];
}

const page = (name: string): string => `reference/operator/update/${name}`;
const maxLong = Long.fromString('9223372036854775807');

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
    operator: '$push',
    page: page('push'),
    before: { _id: 1, scores: [44, 78, 38] },
    update: { $push: { scores: 89 } },
    after: { _id: 1, scores: [44, 78, 38, 89] },
  },
  {
    operator: '$push',
    page: page('push'),
    before: {
      _id: 5,
      quizzes: [
        { wk: 1, score: 10 },
        { wk: 2, score: 8 },
        { wk: 3, score: 5 },
        { wk: 4, score: 6 },
      ],
    },
    update: {
      $push: {
        quizzes: {
          $each: [
            { wk: 5, score: 8 },
            { wk: 6, score: 7 },
            { wk: 7, score: 6 },
          ],
          $sort: { score: -1 },
          $slice: 3,
        },
      },
    },
    after: {
      _id: 5,
      quizzes: [
        { wk: 1, score: 10 },
        { wk: 2, score: 8 },
        { wk: 5, score: 8 },
      ],
    },
  },
  {
    operator: '$push',
    page: page('position'),
    before: { _id: 1, scores: [50, 60, 70, 100] },
    update: { $push: { scores: { $each: [20, 30], $position: 2 } } },
    after: { _id: 1, scores: [50, 60, 20, 30, 70, 100] },
  },
  {
    operator: '$push',
    page: page('position'),
    before: { _id: 1, scores: [50, 60, 20, 30, 70, 100] },
    update: { $push: { scores: { $each: [90, 80], $position: -2 } } },
    after: { _id: 1, scores: [50, 60, 20, 30, 90, 80, 70, 100] },
  },
  {
    operator: '$push',
    page: page('slice'),
    before: { _id: 1, scores: [40, 50, 60] },
    update: { $push: { scores: { $each: [80, 78, 86], $slice: -5 } } },
    after: { _id: 1, scores: [50, 60, 80, 78, 86] },
  },
  {
    operator: '$push',
    page: page('sort'),
    before: { _id: 2, tests: [89, 70, 89, 50] },
    update: { $push: { tests: { $each: [40, 60], $sort: 1 } } },
    after: { _id: 2, tests: [40, 50, 60, 70, 89, 89] },
  },
  {
    operator: '$push',
    page: page('push'),
    before: { _id: 1 },
    update: { $push: { a: { $each: [] } } },
    after: { _id: 1, a: [] },
  },
  {
    operator: '$addToSet',
    page: page('addToSet'),
    before: { _id: 2, tags: ['electronics', 'supplies'] },
    update: { $addToSet: { tags: { $each: ['camera', 'electronics', 'accessories'] } } },
    after: { _id: 2, tags: ['electronics', 'supplies', 'camera', 'accessories'] },
  },
  {
    operator: '$addToSet',
    page: page('addToSet'),
    before: { _id: 1, letters: ['a', 'b'] },
    update: { $addToSet: { letters: ['c', 'd'] } },
    after: { _id: 1, letters: ['a', 'b', ['c', 'd']] },
  },
  {
    operator: '$addToSet',
    page: page('addToSet'),
    before: { _id: 1, a: [Long.fromNumber(1)] },
    update: { $addToSet: { a: new Double(1) } },
    after: { _id: 1, a: [Long.fromNumber(1)] },
  },
  {
    operator: '$pop',
    page: page('pop'),
    before: { _id: 1, scores: [8, 9, 10] },
    update: { $pop: { scores: -1 } },
    after: { _id: 1, scores: [9, 10] },
  },
  {
    operator: '$pop',
    page: page('pop'),
    before: { _id: 10, scores: [9, 10] },
    update: { $pop: { scores: 1 } },
    after: { _id: 10, scores: [9] },
  },
  {
    operator: '$pull',
    page: page('pull'),
    before: {
      _id: 1,
      fruits: ['apples', 'pears', 'oranges', 'grapes', 'bananas'],
      vegetables: ['carrots', 'celery', 'squash', 'carrots'],
    },
    update: { $pull: { fruits: { $in: ['apples', 'oranges'] }, vegetables: 'carrots' } },
    after: { _id: 1, fruits: ['pears', 'grapes', 'bananas'], vegetables: ['celery', 'squash'] },
  },
  {
    operator: '$pull',
    page: page('pull'),
    before: { _id: 1, votes: [3, 5, 6, 7, 7, 8] },
    update: { $pull: { votes: { $gte: 6 } } },
    after: { _id: 1, votes: [3, 5] },
  },
  {
    operator: '$pull',
    page: page('pull'),
    before: {
      _id: 1,
      results: [
        { item: 'A', score: 5 },
        { item: 'B', score: 8 },
      ],
    },
    update: { $pull: { results: { score: 8, item: 'B' } } },
    after: { _id: 1, results: [{ item: 'A', score: 5 }] },
  },
  {
    operator: '$pull',
    page: page('pull'),
    before: {
      _id: 1,
      results: [
        {
          item: 'A',
          answers: [
            { q: 1, a: 4 },
            { q: 2, a: 6 },
          ],
        },
        {
          item: 'B',
          answers: [
            { q: 1, a: 8 },
            { q: 2, a: 9 },
          ],
        },
      ],
    },
    update: { $pull: { results: { answers: { $elemMatch: { q: 2, a: { $gte: 8 } } } } } },
    after: {
      _id: 1,
      results: [
        {
          item: 'A',
          answers: [
            { q: 1, a: 4 },
            { q: 2, a: 6 },
          ],
        },
      ],
    },
  },
  {
    operator: '$pull',
    page: page('pull'),
    before: { _id: 1, a: ['xa', 'b', [1, 2]] },
    update: { $pull: { a: new BSONRegExp('a') } },
    after: { _id: 1, a: ['b', [1, 2]] },
  },
  {
    operator: '$pullAll',
    page: page('pullAll'),
    before: { _id: 1, scores: [0, 2, 5, 5, 1, 0] },
    update: { $pullAll: { scores: [0, 5] } },
    after: { _id: 1, scores: [2, 1] },
  },
  {
    operator: '$',
    page: page('positional'),
    before: { _id: 1, grades: [85, 80, 80] },
    update: { $set: { 'grades.$': 82 } },
    after: { _id: 1, grades: [85, 82, 80] },
    arrayIndex: 1,
  },
  {
    operator: '$',
    page: page('positional'),
    before: {
      _id: 4,
      grades: [
        { grade: 80, mean: 75 },
        { grade: 85, mean: 90 },
      ],
    },
    update: { $set: { 'grades.$.std': 6 } },
    after: {
      _id: 4,
      grades: [
        { grade: 80, mean: 75 },
        { grade: 85, mean: 90, std: 6 },
      ],
    },
    arrayIndex: 1,
  },
  {
    operator: '$[]',
    page: page('positional-all'),
    before: { _id: 1, grades: [85, 82, 80] },
    update: { $inc: { 'grades.$[]': 10 } },
    after: { _id: 1, grades: [95, 92, 90] },
  },
  {
    operator: '$[<identifier>]',
    page: page('positional-filtered'),
    before: { _id: 2, grades: [98, 100, 102] },
    update: { $set: { 'grades.$[element]': 100 } },
    arrayFilters: [{ element: { $gte: 100 } }],
    after: { _id: 2, grades: [98, 100, 100] },
  },
  {
    operator: '$[<identifier>]',
    page: page('positional-filtered'),
    before: {
      _id: 1,
      grades: [
        { type: 'quiz', questions: [10, 8, 5] },
        { type: 'exam', questions: [9, 8] },
      ],
    },
    update: { $inc: { 'grades.$[t].questions.$[score]': 2 } },
    arrayFilters: [{ 't.type': 'quiz' }, { score: { $gte: 8 } }],
    after: {
      _id: 1,
      grades: [
        { type: 'quiz', questions: [12, 10, 5] },
        { type: 'exam', questions: [9, 8] },
      ],
    },
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

export const updateRefusals: readonly UpdateRefusal[] = [
  { operator: '$set', page: page('set'), before: { _id: 1 }, update: { $set: { _id: 2 } }, code: 66 },
  { operator: '$set', page: page('set'), before: { _id: 1 }, update: { $set: { a: 1, 'a.b': 2 } }, code: 40 },
  { operator: '$set', page: page('set'), before: { _id: 1, a: 5 }, update: { $set: { 'a.b': 2 } }, code: 28 },
  { operator: '$set', page: page('set'), before: { _id: 1, a: [1] }, update: { $set: { 'a.b': 2 } }, code: 28 },
  { operator: '$set', page: page('set'), before: { _id: 1, a: null }, update: { $set: { 'a.b': 2 } }, code: 28 },
  { operator: '$set', page: page('set'), before: { _id: 1 }, update: { $set: 5 }, code: 9 },
  { operator: '$set', page: page('set'), before: { _id: 1 }, update: { $set: { 'a..b': 1 } }, code: 56 },
  { operator: '$set', page: page('set'), before: { _id: 1 }, update: { $set: { '': 1 } }, code: 56 },
  {
    operator: '$setOnInsert',
    page: page('setOnInsert'),
    before: { _id: 1 },
    update: { $setOnInsert: { a: 1 }, $set: { a: 2 } },
    code: 40,
  },
  { operator: '$unset', page: page('unset'), before: { _id: 1 }, update: { $unset: { _id: '' } }, code: 66 },
  { operator: '$inc', page: page('inc'), before: { _id: 1, a: 'x' }, update: { $inc: { a: 1 } }, code: 14 },
  { operator: '$inc', page: page('inc'), before: { _id: 1, a: null }, update: { $inc: { a: 1 } }, code: 14 },
  { operator: '$inc', page: page('inc'), before: { _id: 1 }, update: { $inc: { a: 'x' } }, code: 14 },
  { operator: '$inc', page: page('inc'), before: { _id: 1, a: maxLong }, update: { $inc: { a: 1 } }, code: 2 },
  { operator: '$mul', page: page('mul'), before: { _id: 1, a: 'x' }, update: { $mul: { a: 2 } }, code: 14 },
  { operator: '$mul', page: page('mul'), before: { _id: 1, a: maxLong }, update: { $mul: { a: 2 } }, code: 2 },
  { operator: '$min', page: page('min'), before: { _id: 1 }, update: { $min: { a: 1 }, $max: { a: 2 } }, code: 40 },
  { operator: '$max', page: page('max'), before: { _id: 1, a: 5 }, update: { $max: { 'a.b': 2 } }, code: 28 },
  {
    operator: '$currentDate',
    page: page('currentDate'),
    before: { _id: 1 },
    update: { $currentDate: { a: { $type: 'clock' } } },
    code: 2,
  },
  {
    operator: '$currentDate',
    page: page('currentDate'),
    before: { _id: 1 },
    update: { $currentDate: { a: 5 } },
    code: 2,
  },
  {
    operator: '$bit',
    page: page('bit'),
    before: { _id: 1, a: new Double(1.5) },
    update: { $bit: { a: { and: new Int32(1) } } },
    code: 2,
  },
  {
    operator: '$bit',
    page: page('bit'),
    before: { _id: 1, a: 1 },
    update: { $bit: { a: { nand: new Int32(1) } } },
    code: 2,
  },
  { operator: '$rename', page: page('rename'), before: { _id: 1, a: 1 }, update: { $rename: { a: 'a' } }, code: 2 },
  { operator: '$rename', page: page('rename'), before: { _id: 1, a: 1 }, update: { $rename: { a: 5 } }, code: 2 },
  { operator: '$rename', page: page('rename'), before: { _id: 1, a: 1 }, update: { $rename: { a: 'a.b' } }, code: 40 },
  {
    operator: '$rename',
    page: page('rename'),
    before: { _id: 1, a: [{ b: 1 }] },
    update: { $rename: { 'a.0.b': 'c' } },
    code: 2,
  },
  { operator: '$push', page: page('push'), before: { _id: 1, a: 5 }, update: { $push: { a: 1 } }, code: 2 },
  { operator: '$push', page: page('push'), before: { _id: 1 }, update: { $push: { a: { $each: 5 } } }, code: 2 },
  {
    operator: '$push',
    page: page('slice'),
    before: { _id: 1 },
    update: { $push: { a: { $each: [], $slice: 'x' } } },
    code: 2,
  },
  {
    operator: '$push',
    page: page('sort'),
    before: { _id: 1 },
    update: { $push: { a: { $each: [], $sort: 2 } } },
    code: 2,
  },
  {
    operator: '$push',
    page: page('position'),
    before: { _id: 1 },
    update: { $push: { a: { $each: [], $position: 1.5 } } },
    code: 2,
  },
  {
    operator: '$push',
    page: page('each'),
    before: { _id: 1 },
    update: { $push: { a: { $each: [], $nosuch: 1 } } },
    code: 2,
  },
  { operator: '$addToSet', page: page('addToSet'), before: { _id: 1, a: 5 }, update: { $addToSet: { a: 1 } }, code: 2 },
  {
    operator: '$addToSet',
    page: page('addToSet'),
    before: { _id: 1 },
    update: { $addToSet: { a: { $each: 5 } } },
    code: 14,
  },
  { operator: '$pop', page: page('pop'), before: { _id: 1, a: 5 }, update: { $pop: { a: 1 } }, code: 14 },
  { operator: '$pop', page: page('pop'), before: { _id: 1 }, update: { $pop: { a: 2 } }, code: 9 },
  { operator: '$pull', page: page('pull'), before: { _id: 1, a: 5 }, update: { $pull: { a: 1 } }, code: 2 },
  { operator: '$pull', page: page('pull'), before: { _id: 1 }, update: { $pull: { a: { $nosuch: 1 } } }, code: 2 },
  { operator: '$pullAll', page: page('pullAll'), before: { _id: 1 }, update: { $pullAll: { a: 5 } }, code: 2 },
  { operator: '$', page: page('positional'), before: { _id: 1, a: [1] }, update: { $set: { 'a.$': 1 } }, code: 2 },
  { operator: '$', page: page('positional'), before: { _id: 1, a: [[1]] }, update: { $set: { 'a.$.$': 1 } }, code: 2 },
  { operator: '$[]', page: page('positional-all'), before: { _id: 1 }, update: { $set: { 'a.$[]': 1 } }, code: 2 },
  {
    operator: '$[]',
    page: page('positional-all'),
    before: { _id: 1, a: 5 },
    update: { $set: { 'a.$[]': 1 } },
    code: 2,
  },
  {
    operator: '$[<identifier>]',
    page: page('positional-filtered'),
    before: { _id: 1, a: [1] },
    update: { $set: { 'a.$[x]': 1 } },
    code: 2,
  },
  {
    operator: '$[<identifier>]',
    page: page('positional-filtered'),
    before: { _id: 1, a: [1] },
    update: { $set: { 'a.0': 1 } },
    arrayFilters: [{ x: 1 }],
    code: 9,
  },
  {
    operator: '$[<identifier>]',
    page: page('positional-filtered'),
    before: { _id: 1, a: [1] },
    update: { $set: { 'a.$[x]': 1 } },
    arrayFilters: [{ x: 1 }, { x: 2 }],
    code: 9,
  },
  {
    operator: 'replacement',
    page: 'reference/method/db.collection.replaceOne',
    before: { _id: 1 },
    update: { _id: 2, a: 1 },
    code: 66,
  },
  {
    operator: 'replacement',
    page: 'reference/method/db.collection.replaceOne',
    before: { _id: 1 },
    update: { a: 1, $set: { b: 1 } },
    code: 52,
  },
  {
    operator: 'pipeline',
    page: 'tutorial/update-documents-with-aggregation-pipeline',
    before: { _id: 1 },
    update: [{ $group: { _id: 1 } }],
    code: 72,
  },
  {
    operator: 'pipeline',
    page: 'tutorial/update-documents-with-aggregation-pipeline',
    before: { _id: 1 },
    update: [{ $set: { _id: 2 } }],
    code: 66,
  },
  {
    operator: '$nosuch',
    page: 'reference/operator/update',
    before: { _id: 1 },
    update: { $nosuch: { a: 1 } },
    code: 9,
  },
];
