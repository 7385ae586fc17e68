import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@swiftcart/service';
import { createSubscriptionClient } from '@swiftcart/testkit';
import { expect, test } from 'vitest';
import { compose, startSupergraph } from '../fixtures/start-supergraph.ts';
import { liveEvents } from './live-events.ts';

const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** A gateway whose supergraph file the test rewrites; `change` edits the SDL, the resolvers stay as they are. */
async function startReloadable() {
  const live = liveEvents();
  const path = join(await mkdtemp(join(tmpdir(), 'live-')), 'supergraph.graphql');
  const write = async (edit: (name: string, typeDefs: string) => string) => {
    const edited = Object.entries(live.subgraphs).map(([name, { typeDefs }]) => [
      name,
      { typeDefs: edit(name, typeDefs) },
    ]);
    await writeFile(
      path,
      compose(Object.fromEntries(edited), () => 'http://local/graphql'),
    );
  };
  await write((_name, typeDefs) => typeDefs);
  const graph = await startSupergraph(live.subgraphs, {
    inProcess: true,
    supergraph: { path },
    rateLimits: { isOn: false },
  });
  return {
    live,
    graph,
    async change(edit: (name: string, typeDefs: string) => string) {
      await write(edit);
      await graph.gateway.reload();
    },
    [Symbol.asyncDispose]: () => graph[Symbol.asyncDispose](),
  };
}

test('a new supergraph is spliced under live streams: the upstream runs on and nobody notices', async () => {
  await using it = await startReloadable();
  const stream = it.graph.socket().subscribe('subscription { pulsed(log: "a") { id name } }');
  await until(() => it.live.open() === 1);
  it.live.push('a');
  const seen = [await stream.next()];
  await it.change((name, typeDefs) => (name === 'items' ? `${typeDefs} type Query { added: Int }` : typeDefs));
  it.live.push('a');
  seen.push(await stream.next());
  expect(seen).toEqual([1, 2].map((n) => ({ data: { pulsed: { id: `a-${n}`, name: `Item a-${n}` } } })));
  expect(it.live.opened).toHaveLength(1);
  // Whoever comes now runs on the new graph.
  expect((await it.graph.client.request('{ __type(name: "Query") { fields { name } } }')).data).toMatchObject({
    __type: { fields: expect.arrayContaining([{ name: 'added' }]) },
  });
});

test('plans anew: a field that moved to another subgraph is taken from there, and the stream resumes after its last event', async () => {
  await using it = await startReloadable();
  const withoutWeight = (name: string, typeDefs: string) =>
    name === 'events' ? typeDefs.replace('weight: Int @shareable', '') : typeDefs;
  await it.change(withoutWeight);
  const stream = it.graph
    .socket()
    .subscribe('subscription { ticked(log: "a", afterPosition: 0) { item { id weight } } }');
  it.live.push('a');
  it.live.push('a');
  const seen = [await stream.next(), await stream.next()];
  const joins = it.live.joins.length;
  expect(joins).toBe(2);
  // Now the events carry the weight themselves, so their subgraph has to be asked for more: another upstream.
  await it.change((_name, typeDefs) => typeDefs);
  it.live.push('a');
  seen.push(await stream.next());
  expect(seen).toEqual([1, 2, 3].map((n) => ({ data: { ticked: { item: { id: `a-${n}`, weight: 3 } } } })));
  expect(it.live.joins.length).toBe(joins);
  expect(it.live.opened.map(({ afterPosition }) => afterPosition)).toEqual([0, 2]);
  await until(() => it.live.open() === 1);
});

test('a stream that no longer fits the schema ends with SUBSCRIPTION_ENDED_BY_SCHEMA, the others go on', async () => {
  await using it = await startReloadable();
  const socket = createSubscriptionClient(it.graph.gateway.url);
  const ended = new Promise<unknown>((resolve) =>
    socket.client.subscribe(
      { query: 'subscription { pulsed(log: "a") { id name } }' },
      { next: () => undefined, error: resolve, complete: () => resolve('complete') },
    ),
  );
  const other = socket.subscribe('subscription { pulsed(log: "a") { id } }');
  await until(() => it.live.open() === 2);
  await it.change((name, typeDefs) =>
    name === 'items' ? typeDefs.replace('name: String', 'title: String') : typeDefs,
  );
  expect(await ended).toMatchObject([
    { extensions: { code: 'SUBSCRIPTION_ENDED_BY_SCHEMA', correlationId: expect.any(String) } },
  ]);
  it.live.push('a');
  expect(await other.next()).toEqual({ data: { pulsed: { id: 'a-1' } } });
  await until(() => it.live.open() === 1);
  await socket[Symbol.asyncDispose]();
});

test('a stream whose field its viewer may not have any more ends with FORBIDDEN', async () => {
  await using it = await startReloadable();
  const socket = createSubscriptionClient(it.graph.gateway.url, { connectionParams: it.graph.bearer(['CUSTOMER']) });
  const ended = new Promise<unknown>((resolve) =>
    socket.client.subscribe(
      { query: 'subscription { pulsed(log: "a") { id } }' },
      { next: () => undefined, error: resolve, complete: () => resolve('complete') },
    ),
  );
  await until(() => it.live.open() === 1);
  await it.change((_name, typeDefs) =>
    typeDefs.replace('pulsed(log: ID!): Item!', 'pulsed(log: ID!): Item! @requiresScopes(scopes: [["operator"]])'),
  );
  expect(await ended).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  await socket[Symbol.asyncDispose]();
});

test.each([
  // Without positions it cannot be opened anew without a gap: it ends. With them it goes on without the field.
  ['subscription { pulsed(log: "a") { id name } }', 'SUBSCRIPTION_ENDED_BY_SCHEMA'],
  ['subscription { ticked(log: "a", afterPosition: 0) { item { id name } } }', undefined],
])('a field that its viewer may not have any more is not sent any more: %s', async (query, endsWith) => {
  await using it = await startReloadable();
  const stream = it.graph.socket(it.graph.bearer(['CUSTOMER'])).subscribe(query);
  await until(() => it.live.open() === 1);
  it.live.push('a');
  expect(JSON.stringify(await stream.next())).toContain('Item a-1');
  await it.change((name, typeDefs) =>
    name === 'items'
      ? typeDefs.replace('name: String', 'name: String @requiresScopes(scopes: [["operator"]])')
      : typeDefs,
  );
  it.live.push('a');
  if (endsWith === undefined) {
    expect(await stream.next()).toMatchObject({
      data: { ticked: { item: { id: 'a-2', name: null } } },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  } else {
    const errors = await stream.closed.catch(({ cause }) => cause);
    expect(errors).toMatchObject([{ extensions: { code: endsWith } }]);
  }
});

test('new subscribers share with those who were there before the reload', async () => {
  await using it = await startReloadable();
  const socket = it.graph.socket();
  const query = 'subscription { ticked(log: "a", afterPosition: 0) { item { id } } }';
  const early = socket.subscribe(query);
  it.live.push('a');
  await early.next();
  await it.change((name, typeDefs) => (name === 'items' ? `${typeDefs} type Query { added: Int }` : typeDefs));
  const late = socket.subscribe(query);
  await late.next();
  await until(() => it.live.open() === 1);
  it.live.push('a');
  expect(await early.next()).toEqual(await late.next());
});

test.each(['SIGHUP', 'the watch of the file'])(
  'a broken file noticed by %s is not taken over: streams run on, the log says why, and the next good one is',
  {
    timeout: 30_000,
  },
  async (noticedBy) => {
    const live = liveEvents();
    const directory = await mkdtemp(join(tmpdir(), 'live-'));
    const path = join(directory, 'supergraph.graphql');
    const good = (added = '') => {
      const edited = Object.entries(live.subgraphs).map(([name, { typeDefs }]) => [
        name,
        { typeDefs: name === 'items' ? `${typeDefs} ${added}` : typeDefs },
      ]);
      return compose(Object.fromEntries(edited), () => 'http://local/graphql');
    };
    const replace = async (text: string) => {
      await writeFile(`${path}.next`, text);
      await rename(`${path}.next`, path);
      if (noticedBy === 'SIGHUP') process.emit('SIGHUP', 'SIGHUP');
    };
    await writeFile(path, good());
    const lines: { msg: string; err?: { message: string } }[] = [];
    const logger = createLogger({
      name: 'test',
      destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
    });
    await using graph = await startSupergraph(live.subgraphs, {
      inProcess: true,
      supergraph: { path },
      rateLimits: { isOn: false },
      logger,
    });
    const stream = graph.socket().subscribe('subscription { pulsed(log: "a") { id name } }');
    await until(() => live.open() === 1);
    await replace('type Query { broken: Missing }');
    await until(() => lines.some(({ msg }) => msg.startsWith('supergraph not replaced')));
    expect(lines.find(({ msg }) => msg.startsWith('supergraph not replaced'))?.err?.message).not.toBe('');
    live.push('a');
    expect(await stream.next()).toEqual({ data: { pulsed: { id: 'a-1', name: 'Item a-1' } } });

    await replace(good('type Query { added: Int }'));
    await until(() => lines.some(({ msg }) => msg === 'supergraph replaced'));
    live.push('a');
    expect(await stream.next()).toEqual({ data: { pulsed: { id: 'a-2', name: 'Item a-2' } } });
    expect(live.opened).toHaveLength(1);
  },
);
