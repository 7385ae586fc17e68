import { Double, EJSON, Long } from 'bson';
import { describe, expect, it } from 'vitest';
import type { Doc } from '../src/values/bson-type.ts';
import { encodeKey } from '../src/values/key.ts';
import { createDirectServer } from './direct-server.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

const INDEXES: Doc[] = [
  { key: { s: 1 }, name: 's' },
  { key: { s: -1, a: 1 }, name: 's_a' },
  { key: { a: 1, s: -1 }, name: 'a_s' },
  { key: { a: -1 }, name: 'a', sparse: true },
  { key: { t: 1 }, name: 't', sparse: true },
  { key: { t: -1, s: 1, _id: 1 }, name: 't_s_id' },
  { key: { 'd.x': 1, 'd.y': -1 }, name: 'dx_dy' },
  { key: { 'd.y': 1 }, name: 'dy' },
  { key: { n: 1 }, name: 'n', partialFilterExpression: { n: { $gt: 2 } } },
  { key: { t: 1, n: -1 }, name: 't_n', partialFilterExpression: { s: { $exists: true } } },
  { key: { t: 1 }, name: 't_ci', collation: { locale: 'en', strength: 2 } },
  { key: { n: -1, t: 1 }, name: 'n_t' },
];

const ROUNDS = 5;
const OPERATIONS = 8000;

describe('indexes', () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    it(`change no answer in ${OPERATIONS} random operations (round ${round + 1} of ${ROUNDS})`, async () => {
      const random = seededRandom();
      const indexed = createDirectServer();
      const plain = createDirectServer();
      await indexed.run({ createIndexes: 'things', indexes: INDEXES });
      for (let step = 0; step < OPERATIONS; step += 1) {
        const command = randomCommand(random, step);
        const [one, other] = [await indexed.run(command), await plain.run(command)];
        const where = `seed ${random.seed}, step ${step}: ${EJSON.stringify(command)}`;
        expect(comparable(one, command), where).toBe(comparable(other, command));
      }
      console.info(`index against scan: seed ${random.seed}, ${OPERATIONS} operations, no difference`);
    }, 120_000);
  }
});

/** An answer without what may differ: the order of rows that no sort fixed, and messages that name an index. */
function comparable(reply: Doc, command: Doc): string {
  const { errmsg: _, ...rest } = reply;
  // Of equal values (3 and Long 3) distinct gives the one it met first.
  if (Array.isArray(rest['values'])) return rest['values'].map((item) => encodeKey(item)).join();
  const batch = (rest['cursor'] as { firstBatch?: Doc[] } | undefined)?.firstBatch;
  if (!batch) return EJSON.stringify(rest, { relaxed: false });
  const rows = batch.map((row) => EJSON.stringify(row, { relaxed: false }));
  return (command['sort'] ? rows : rows.sort()).join('\n');
}

function randomCommand(random: SeededRandom, step: number): Doc {
  const roll = random.next();
  const collation = random.next() < 0.15 ? { collation: { locale: 'en', strength: 2 } } : {};
  if (roll < 0.25 || step < 30) return { insert: 'things', documents: [randomDocument(random, step)] };
  if (roll < 0.35) {
    // Only updates that cannot be refused: which documents a refused one has changed before depends on the order.
    const update = { q: randomFilter(random), u: randomUpdate(random, 5), multi: true, ...collation };
    return { update: 'things', updates: [update] };
  }
  if (roll < 0.42) {
    const one = { q: { _id: recentId(random, step) }, u: randomUpdate(random), upsert: random.next() < 0.2 };
    return { update: 'things', updates: [one] };
  }
  if (roll < 0.47) return { delete: 'things', deletes: [{ q: { _id: recentId(random, step) }, limit: 1 }] };
  // The oldest go, so that the collection stays small and a scan cheap.
  if (roll < 0.472) return { delete: 'things', deletes: [{ q: { _id: { $lt: step - RECENT } }, limit: 0 }] };
  if (roll < 0.475) return { delete: 'things', deletes: [{ q: randomFilter(random), limit: 0 }] };
  if (roll < 0.52)
    return {
      findAndModify: 'things',
      query: randomFilter(random),
      sort: totalSort(random),
      update: randomUpdate(random),
      new: true,
    };
  if (roll < 0.58) return { count: 'things', query: randomFilter(random), ...collation };
  if (roll < 0.62) return { distinct: 'things', key: random.pick(['s', 'a', 't', 'n']), query: randomFilter(random) };
  const find = { find: 'things', filter: randomFilter(random), batchSize: 100_000, ...collation };
  if (random.next() < 0.4) return find;
  return { ...find, sort: totalSort(random), skip: random.below(4), limit: random.below(3) * 5 };
}

const RECENT = 200;

function recentId(random: SeededRandom, step: number): number {
  return step - random.below(Math.min(step, RECENT));
}

/** `_id` last, so that the order is one. */
function totalSort(random: SeededRandom): Doc {
  const sort: Doc = {};
  for (let count = random.below(3); count > 0; count -= 1) {
    sort[random.pick(['s', 'a', 't', 'n', 'd.x', 'd.y'])] = random.pick([1, -1]);
  }
  return { ...sort, _id: random.pick([1, -1]) };
}

function scalar(random: SeededRandom): unknown {
  const roll = random.below(15);
  if (roll < 6) return random.below(8);
  if (roll < 9) return random.pick(['a', 'A', 'b', 'B', 'abc', 'ab', '', 'é', 'e']);
  const others = [
    null,
    null,
    new Double(2.5),
    Long.fromNumber(3),
    new Date(random.below(3)),
    true,
    Number.NaN,
    { k: random.below(3) },
  ];
  return random.pick(others);
}

function value(random: SeededRandom): unknown {
  const roll = random.next();
  if (roll < 0.75) return scalar(random);
  if (roll < 0.8) return [];
  if (roll < 0.85) return [[scalar(random), scalar(random)]];
  return Array.from({ length: 1 + random.below(3) }, () => scalar(random));
}

function nested(random: SeededRandom): unknown {
  const one = () => {
    const doc: Doc = {};
    if (random.next() < 0.8) doc['x'] = scalar(random);
    if (random.next() < 0.8) doc['y'] = scalar(random);
    return doc;
  };
  const roll = random.next();
  if (roll < 0.5) return one();
  if (roll < 0.9) return Array.from({ length: random.below(4) }, () => (random.next() < 0.9 ? one() : scalar(random)));
  return scalar(random);
}

function randomDocument(random: SeededRandom, id: number): Doc {
  const doc: Doc = { _id: id };
  if (random.next() < 0.9) doc['s'] = scalar(random);
  if (random.next() < 0.8) doc['a'] = value(random);
  if (random.next() < 0.7) doc['t'] = scalar(random);
  if (random.next() < 0.9) doc['n'] = random.below(6);
  if (random.next() < 0.8) doc['d'] = nested(random);
  return doc;
}

const PATHS = ['s', 'a', 't', 'n', 'd.x', 'd.y', 's', 't', '_id'];

function randomFilter(random: SeededRandom): Doc {
  const roll = random.next();
  if (roll < 0.05) return {};
  if (roll < 0.15) return { $or: [randomFilter(random), condition(random)] };
  if (roll < 0.25) return { $and: [condition(random), condition(random)] };
  return { ...condition(random), ...(random.next() < 0.6 ? condition(random) : {}) };
}

function condition(random: SeededRandom): Doc {
  const path = random.pick(PATHS);
  const operand = () => (path === '_id' ? random.below(9000) : scalar(random));
  switch (random.below(13)) {
    case 0:
      return { [path]: { $gt: operand() } };
    case 1:
      return { [path]: { $lte: operand() } };
    case 2:
      return { [path]: { $gte: operand(), $lt: operand() } };
    case 3:
      return { [path]: { $in: [operand(), operand(), operand()] } };
    case 4:
      return { [path]: { $ne: operand() } };
    case 5:
      return { [path]: { $exists: random.next() < 0.5 } };
    case 6:
      return { [path]: { $regex: random.pick(['^a', '^A', 'b$', '^ab?']) } };
    case 7:
      return path === '_id' ? { _id: operand() } : { [path]: value(random) };
    case 8:
      return { [path]: { $not: { $gt: operand() } } };
    case 9:
      return { [path]: { $all: [operand(), operand()] } };
    default:
      return { [path]: operand() };
  }
}

function randomUpdate(random: SeededRandom, kinds = 6): Doc {
  switch (random.below(kinds)) {
    case 0:
      return { $set: { s: scalar(random) } };
    case 1:
      return { $set: { a: value(random), t: scalar(random) } };
    case 2:
      return { $unset: { [random.pick(['s', 'a', 't', 'd'])]: '' } };
    case 3:
      return { $inc: { n: 1 } };
    case 4:
      return { $set: { d: nested(random) } };
    default:
      return { $addToSet: { a: scalar(random) } };
  }
}
