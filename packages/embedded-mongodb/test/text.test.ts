import { describe, expect, it } from 'vitest';
import { englishStem } from '../src/text/english-stem.ts';
import { startClient } from './start-client.ts';

// https://www.mongodb.com/docs/manual/reference/operator/query/text/
const articles = [
  { _id: 1, subject: 'coffee', author: 'xyz', views: 50 },
  { _id: 2, subject: 'Coffee Shopping', author: 'efg', views: 5 },
  { _id: 3, subject: 'Baking a cake', author: 'abc', views: 90 },
  { _id: 4, subject: 'baking', author: 'xyz', views: 100 },
  { _id: 5, subject: 'Café Con Leche', author: 'abc', views: 200 },
  { _id: 6, subject: 'Сырники', author: 'jkl', views: 80 },
  { _id: 7, subject: 'coffee and cream', author: 'efg', views: 10 },
  { _id: 8, subject: 'Cafe con Leche', author: 'xyz', views: 10 },
];

async function startWithArticles() {
  const mongo = await startClient();
  const collection = mongo.collection<(typeof articles)[number]>('articles');
  await collection.insertMany(articles);
  await collection.createIndex({ subject: 'text' });
  const search = async (text: object) => {
    const found = await collection.find({ $text: text } as object, { sort: { _id: 1 } }).toArray();
    return found.map(({ _id }) => _id);
  };
  return { mongo, collection, search, [Symbol.asyncDispose]: () => mongo[Symbol.asyncDispose]() };
}

describe('$text', () => {
  it.each([
    ['a word', { $search: 'coffee' }, [1, 2, 7]],
    ['any of several words', { $search: 'bake coffee cake' }, [1, 2, 3, 4, 7]],
    ['a phrase', { $search: '"coffee shop"' }, [2]],
    ['a word without another', { $search: 'coffee -shop' }, [1, 7]],
    ['a word whatever its case and marks', { $search: 'CAFÉ' }, [5, 8]],
    ['a word in another alphabet', { $search: 'сырники' }, [6]],
    ['a word in its very case', { $search: 'Coffee', $caseSensitive: true }, [2]],
    ['a word with its very marks', { $search: 'CAFÉ', $diacriticSensitive: true }, [5]],
    ['nothing by stop words', { $search: 'and a' }, []],
    ['nothing by no words', { $search: '' }, []],
  ])('finds %s', async (_what, text, expected) => {
    await using articlesSearch = await startWithArticles();
    expect(await articlesSearch.search(text)).toEqual(expected);
  });

  it('scores what it finds, for projections, sorts and pipelines', async () => {
    await using started = await startWithArticles();
    const { collection } = started;
    const filter = { $text: { $search: 'coffee' } } as object;
    const score = { $meta: 'textScore' as const };
    // Half for being there, half for its share of the words that are no stop words.
    const expected = [
      { _id: 1, score: 1 },
      { _id: 2, score: 0.75 },
      { _id: 7, score: 0.75 },
    ];
    const projection = { score, subject: 1 };
    const found = await collection.find(filter, { projection, sort: { score, _id: 1 } }).toArray();
    expect(found.map(({ _id, ...rest }) => ({ _id, score: (rest as { score?: number }).score }))).toEqual(expected);
    const whole = await collection.findOne(filter, { projection: { score }, sort: { score } });
    expect(whole).toEqual({ ...articles[0], score: 1 });
    const pipeline = [{ $match: filter }, { $sort: { score, _id: 1 } }, { $project: { score } }];
    const aggregated = await collection.aggregate(pipeline).toArray();
    expect(aggregated.map(({ _id, score }) => ({ _id, score }))).toEqual(expected);
  });

  it('weighs fields, finds words in any field, and goes with other conditions and writes', async () => {
    await using mongo = await startClient();
    const blog = mongo.collection<{ _id: number; content: string; about: string; deep?: object }>('blog');
    await blog.insertMany([
      { _id: 1, content: 'This morning I had a cup of coffee.', about: 'beverage' },
      { _id: 2, content: 'Who likes chocolate ice cream for dessert?', about: 'food' },
      { _id: 3, content: 'My favorite flavors are strawberry and coffee', about: 'ice cream', deep: { n: ['coffee'] } },
    ]);
    await blog.createIndex({ content: 'text', about: 'text' }, { weights: { content: 10 }, name: 'both' });
    const best = await blog
      .find({ $text: { $search: 'ice cream' } })
      .sort({ score: { $meta: 'textScore' } })
      .toArray();
    expect(best.map(({ _id }) => _id)).toEqual([2, 3]);
    expect(await blog.countDocuments({ $text: { $search: 'coffee' }, about: 'beverage' })).toBe(1);
    expect(await blog.deleteMany({ $text: { $search: 'chocolate' } })).toMatchObject({ deletedCount: 1 });
    await blog.dropIndex('both');
    await blog.createIndex({ '$**': 'text' });
    expect(await blog.countDocuments({ $text: { $search: 'coffee' } })).toBe(2);
  });

  it('is refused without its index, twice in a filter, behind the first stage and in unknown languages', async () => {
    await using started = await startWithArticles();
    const { mongo, collection } = started;
    const text = { $text: { $search: 'a' } };
    await mongo.collection('plain').insertOne({ n: 1 });
    await expect(mongo.collection('plain').find(text).toArray()).rejects.toMatchObject({
      code: 27,
      codeName: 'IndexNotFound',
    });
    await expect(collection.find({ $and: [text, text] } as object).toArray()).rejects.toMatchObject({ code: 2 });
    const late = collection.aggregate([{ $sort: { _id: 1 } }, { $match: text }]);
    await expect(late.toArray()).rejects.toMatchObject({ code: 17313 });
    const klingon = { $text: { $search: 'a', $language: 'klingon' } } as object;
    await expect(collection.find(klingon).toArray()).rejects.toMatchObject({ code: 17262 });
    const projection = { score: { $meta: 'textScore' as const } };
    await expect(collection.find({}, { projection }).toArray()).rejects.toMatchObject({ code: 40218 });
    await expect(collection.createIndex({ author: 'text' })).rejects.toMatchObject({ code: 67 });
  });
});

// https://www.mongodb.com/docs/manual/core/indexes/index-types/index-text/
describe('a text index', () => {
  it('is listed with its weights and language, and outlives a restart by that listing', async () => {
    await using started = await startWithArticles();
    const { collection } = started;
    const expected = {
      v: 2,
      key: { _fts: 'text', _ftsx: 1 },
      name: 'subject_text',
      weights: { subject: 1 },
      default_language: 'english',
      language_override: 'language',
      textIndexVersion: 3,
    };
    expect((await collection.indexes())[1]).toEqual(expected);
    await collection.createIndex({ subject: 'text' });
    expect(await collection.indexes()).toHaveLength(2);
  });
});

// http://snowball.tartarus.org/algorithms/english/stemmer.html gives these pairs.
it.each([
  ['consigned', 'consign'],
  ['consistency', 'consist'],
  ['consolidate', 'consolid'],
  ['knackeries', 'knackeri'],
  ['knightly', 'knight'],
  ['knives', 'knive'],
])('stems %s as Snowball does', (word, stem) => {
  expect(englishStem(word)).toBe(stem);
});
