import { EJSON, serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { decodeDocument } from '../src/bson-codec.ts';
import type { Doc } from '../src/values/bson-type.ts';
import { createDirectServer } from './direct-server.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

const INDEXES: Doc[] = [
  { key: { a: 1 }, name: 'a', unique: true, sparse: true },
  { key: { 'd.x': 1, 'd.y': -1 }, name: 'd', unique: true, partialFilterExpression: { d: { $exists: true } } },
  { key: { t: 1 }, name: 't', unique: true, partialFilterExpression: { n: { $gt: 3 } } },
  { key: { s: 1 }, name: 's', unique: true, sparse: true, collation: { locale: 'en', strength: 2 } },
];

describe('unique indexes', () => {
  it('hold over 4000 random writes: no key twice, none stale, and no insert refused that repeats none', async () => {
    const random = seededRandom();
    const server = createDirectServer();
    await server.run({ createIndexes: 'things', indexes: INDEXES });
    let refused = 0;
    for (let step = 0; step < 4000; step += 1) {
      const command = randomWrite(random, step);
      const conflict = repeatsKey(server, command);
      const { writeErrors = [] } = (await server.run(command)) as { writeErrors?: { code: unknown }[] };
      const where = `seed ${random.seed}, step ${step}: ${EJSON.stringify(command)}`;
      if (writeErrors.length > 0) refused += 1;
      if (conflict !== undefined) expect(writeErrors.length, where).toBe(conflict ? 1 : 0);
      if (step % 10 === 0)
        expect(EJSON.serialize(await server.run({ validate: 'things' })), where).toMatchObject({ valid: true });
    }
    expect(refused).toBeGreaterThan(100);
  }, 120_000);
});

/** For an insert, by comparing its keys with every stored document's; undefined for other commands. */
function repeatsKey(server: ReturnType<typeof createDirectServer>, command: Doc): boolean | undefined {
  const [document] = (command['documents'] as Doc[] | undefined) ?? [];
  const collection = server.catalog.find('test.things');
  if (!document || !collection) return undefined;
  const doc = decodeDocument(serialize(document));
  return collection.secondaryIndexes.some((index) => {
    const own = index.keysOf(doc).valuesByKey;
    return [...collection.rows()].some((row) =>
      [...index.keysOf(row.doc).valuesByKey.keys()].some((key) => own.has(key)),
    );
  });
}

function randomWrite(random: SeededRandom, step: number): Doc {
  const roll = random.next();
  if (roll < 0.45) return { insert: 'things', documents: [{ _id: step, ...randomFields(random) }] };
  if (roll < 0.6) return { delete: 'things', deletes: [{ q: { n: random.below(8) }, limit: random.below(2) }] };
  const isMulti = random.next() < 0.2;
  const u = roll < 0.8 ? { $set: randomFields(random) } : { $unset: { [random.pick(['a', 'd', 't', 'n', 's'])]: '' } };
  return { update: 'things', updates: [{ q: { n: random.below(8) }, u, multi: isMulti, upsert: random.next() < 0.1 }] };
}

function randomFields(random: SeededRandom): Doc {
  const fields: Doc = { n: random.below(8) };
  if (random.next() < 0.6) fields['a'] = random.next() < 0.3 ? [random.below(60), random.below(60)] : random.below(60);
  if (random.next() < 0.4) fields['t'] = random.below(40);
  if (random.next() < 0.4) fields['s'] = random.pick(['a', 'A', 'b', 'é', 'e']) + random.below(20);
  const pair = () => ({ x: random.below(12), y: random.below(12) });
  if (random.next() < 0.5) fields['d'] = random.next() < 0.3 ? [pair(), pair()] : pair();
  return fields;
}
