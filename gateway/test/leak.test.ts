import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { startScriptedSubgraph } from './fixtures/scripted-subgraph.ts';
import { startGateway } from './fixtures/start-gateway.ts';
import { compose } from './fixtures/start-supergraph.ts';

const queries = Number(process.env['LEAK_TEST_QUERIES'] ?? 10_000);
const reloads = 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  // Twice: weak references of the first round are cleared in the second.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('10,000 queries through 20 reloads leave the heap within 5 MB of where it was', { timeout: 400_000 }, async () => {
  await using one = await startScriptedSubgraph(() => ({ item: { __typename: 'Item', id: '1' } }));
  await using two = await startScriptedSubgraph(({ variables }) => ({
    _entities: variables.representations?.map(() => ({ price: 5 })),
  }));
  const path = join(await mkdtemp(join(tmpdir(), 'leak-')), 'supergraph.graphql');
  const typeDefs = {
    one: { typeDefs: 'type Query { item: Item } type Item @key(fields: "id") { id: ID! }' },
    two: { typeDefs: 'type Item @key(fields: "id") { id: ID! price: Int }' },
  };
  const write = (version: number) =>
    writeFile(path, `${compose(typeDefs, (name) => (name === 'one' ? one.url : two.url))}\n# ${version}\n`);
  await write(0);
  await using graph = await startGateway({}, { supergraph: { path } });
  const ask = async (count: number, salt: string) => {
    for (let done = 0; done < count; done += 50) {
      const batch = Array.from({ length: 50 }, (_, index) =>
        graph.client.request(`query Q${salt}_${(done + index) % 500} { item { price } }`),
      );
      for (const reply of await Promise.all(batch)) expect(reply.data).toEqual({ item: { price: 5 } });
      one.requests.length = 0;
      two.requests.length = 0;
    }
  };
  // Caches fill and code is compiled before the first measure.
  await ask(1_000, 'warm');
  for (let version = 1; version <= 3; version += 1) {
    await write(version);
    await graph.gateway.reload();
    await ask(500, 'warm');
  }
  const before = heapBytes();
  for (let round = 0; round < reloads; round += 1) {
    await ask(queries / reloads, 'warm');
    await write(100 + round);
    await graph.gateway.reload();
  }
  await ask(500, 'warm');
  expect((heapBytes() - before) / 1e6).toBeLessThan(5);
});
