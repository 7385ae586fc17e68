import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startScriptedSubgraph } from './fixtures/scripted-subgraph.ts';
import { startGateway } from './fixtures/start-gateway.ts';
import { compose } from './fixtures/start-supergraph.ts';

const before = 'type Query { old: String }';
const after = 'type Query { old: String new: String }';

async function supergraphFile(url: string) {
  const path = join(await mkdtemp(join(tmpdir(), 'supergraph-')), 'supergraph.graphql');
  const write = async (typeDefs: string) => {
    // Swapped in whole, as a deployment does.
    await writeFile(`${path}.next`, typeDefs.startsWith('type') ? compose({ one: { typeDefs } }, () => url) : typeDefs);
    await rename(`${path}.next`, path);
  };
  await write(before);
  return { path, write };
}

test('takes a changed supergraph file over, while queries in flight finish on the graph they began with', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await using one = await startScriptedSubgraph(async () => {
    if (one.requests.length === 1) await held;
    return { old: 'o', new: 'n' };
  });
  const file = await supergraphFile(one.url);
  await using graph = await startGateway(
    { one: { typeDefs: before, url: one.url } },
    { supergraph: { path: file.path } },
  );
  const inFlight = graph.client.request('{ old }');
  while (one.requests.length === 0) await sleep(5);
  expect((await graph.client.request('{ new }')).errors).toMatchObject([
    { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ]);
  await file.write(after);
  await graph.gateway.reload();
  expect((await graph.client.request('{ new }')).data).toEqual({ new: 'n' });
  release();
  expect((await inFlight).data).toEqual({ old: 'o' });
});

test('notices a changed file by itself, and on SIGHUP', async () => {
  await using one = await startScriptedSubgraph(() => ({ old: 'o', new: 'n' }));
  const file = await supergraphFile(one.url);
  await using graph = await startGateway(
    { one: { typeDefs: before, url: one.url } },
    { supergraph: { path: file.path } },
  );
  const hasNew = async () => (await graph.client.request('{ new }')).errors === undefined;
  await file.write(after);
  while (!(await hasNew())) await sleep(50);
  await file.write(before);
  process.emit('SIGHUP', 'SIGHUP');
  while (await hasNew()) await sleep(10);
});

test.each(['not a schema', 'type Query @join__type(graph: NONE) { x: Int }', ''])(
  'keeps the old graph when the file is broken: %j',
  async (broken) => {
    await using one = await startScriptedSubgraph(() => ({ old: 'o' }));
    const file = await supergraphFile(one.url);
    await using graph = await startGateway(
      { one: { typeDefs: before, url: one.url } },
      { supergraph: { path: file.path } },
    );
    await writeFile(file.path, broken);
    await graph.gateway.reload();
    expect((await graph.client.request('{ old }')).data).toEqual({ old: 'o' });
  },
);

test('does not start on a broken file, because a gateway without a graph is of no use', async () => {
  await expect(startGateway({}, { supergraph: { sdl: 'nonsense' } })).rejects.toThrow();
});
