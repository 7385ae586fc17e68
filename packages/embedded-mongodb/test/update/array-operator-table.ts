import { BSONRegExp, Double, Long } from 'bson';
import type { UpdateCase } from './operator-table.ts';

const page = (name: string): string => `reference/operator/update/${name}`;

export const arrayUpdateCases: readonly UpdateCase[] = [
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
];
