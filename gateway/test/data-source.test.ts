import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startScriptedSubgraph } from './fixtures/scripted-subgraph.ts';
import { startGateway } from './fixtures/start-gateway.ts';
import { startSupergraph } from './fixtures/start-supergraph.ts';

const lines = `type Query { lines: [Line!]! } type Mutation { buy: Int } type Line { product: Product } type Product @key(fields: "id") { id: ID! }`;
const products = `type Product @key(fields: "id") { id: ID! name: String price: Int }`;

const answerLines = () => ({
  lines: Array.from({ length: 100 }, (_, index) => ({ product: { __typename: 'Product', id: `p${index % 10}` } })),
});
const answerProducts = ({ variables }: { variables: { representations?: readonly Record<string, unknown>[] } }) => ({
  _entities: variables.representations?.map(({ id }) => ({ name: `Name of ${id}`, price: 5 })),
});

describe('what is sent to subgraphs', () => {
  test('each entity once: a list of 100 lines of 10 products asks for 10', async () => {
    await using cart = await startScriptedSubgraph(answerLines);
    await using catalog = await startScriptedSubgraph(answerProducts);
    await using graph = await startGateway({
      cart: { typeDefs: lines, url: cart.url },
      catalog: { typeDefs: products, url: catalog.url },
    });
    const reply = await graph.client.request<{ lines: { product: { name: string } }[] }>(
      '{ lines { product { name } } }',
    );
    expect(catalog.requests).toHaveLength(1);
    expect(catalog.requests[0]?.variables.representations).toHaveLength(10);
    expect(reply.data?.lines.map(({ product }) => product.name)).toEqual(
      Array.from({ length: 100 }, (_, index) => `Name of p${index % 10}`),
    );
  });

  test('errors of an entity come back at every place where it stands', async () => {
    await using cart = await startScriptedSubgraph(answerLines);
    await using catalog = await startScriptedSubgraph(({ variables }, res) => {
      const entities = variables.representations?.map(({ id }) => (id === 'p3' ? null : { name: 'n' }));
      const errors = [{ message: 'gone', path: ['_entities', 3, 'name'], extensions: { code: 'NOT_FOUND' } }];
      res.end(JSON.stringify({ data: { _entities: entities }, errors }));
    });
    await using graph = await startGateway({
      cart: { typeDefs: lines, url: cart.url },
      catalog: { typeDefs: products, url: catalog.url },
    });
    const reply = await graph.client.request('{ lines { product { name } } }');
    expect(reply.errors?.map(({ path }) => path)).toEqual(
      Array.from({ length: 10 }, (_, index) => ['lines', index * 10 + 3, 'product', 'name']),
    );
  });

  test('identical concurrent queries once: 50 make one request per fetch', async () => {
    await using cart = await startScriptedSubgraph(async () => {
      // Long enough for all 50 to arrive, on a busy machine too.
      await sleep(1_500);
      return answerLines();
    });
    await using catalog = await startScriptedSubgraph(answerProducts);
    await using graph = await startGateway({
      cart: { typeDefs: lines, url: cart.url },
      catalog: { typeDefs: products, url: catalog.url },
    });
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => graph.client.request('{ lines { product { name } } }')),
    );
    expect(new Set(replies.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect([cart.requests.length, catalog.requests.length]).toEqual([1, 1]);
  });

  test('identical queries go on when the one that was first goes away', async () => {
    const releases: (() => void)[] = [];
    await using cart = await startScriptedSubgraph(async () => {
      await new Promise<void>((resolve) => releases.push(resolve));
      return { lines: [] };
    });
    await using graph = await startGateway({ cart: { typeDefs: lines, url: cart.url } });
    const ask = (signal?: AbortSignal) =>
      fetch(`${graph.gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ lines { product { id } } }' }),
        signal: signal ?? null,
      });
    const leaving = new AbortController();
    const first = ask(leaving.signal);
    while (cart.requests.length === 0) await sleep(5);
    const others = [ask(), ask(), ask()];
    await sleep(100);
    expect(cart.requests).toHaveLength(1);
    leaving.abort();
    await expect(first).rejects.toThrow();
    await cart.requests[0]?.cancelled;
    while (cart.requests.length === 1) await sleep(5);
    for (const release of releases) release();
    for (const other of others) expect(await (await other).json()).toEqual({ data: { lines: [] } });
    expect(cart.requests).toHaveLength(2);
  });

  test('queries of different subjects or different forwarded headers never share', async () => {
    const slow = {
      typeDefs: 'type Query { me: String }',
      resolvers: {
        Query: {
          me: async (
            _: unknown,
            __: unknown,
            { viewer, headers }: { viewer: { userId: string }; headers: Record<string, string> },
          ) => {
            await sleep(50);
            return `${viewer.userId} ${headers['x-cart-token']}`;
          },
        },
      },
    };
    await using graph = await startSupergraph({ slow });
    const ask = (userId: string, cart: string) =>
      graph.client.request(
        '{ me }',
        {},
        { headers: { ...graph.bearer(['CUSTOMER'], { userId, sessionId: userId }), 'x-cart-token': cart } },
      );
    const replies = await Promise.all([ask('a', '1'), ask('b', '1'), ask('a', '2'), ask('a', '1')]);
    expect(replies.map(({ data }) => data)).toEqual([{ me: 'a 1' }, { me: 'b 1' }, { me: 'a 2' }, { me: 'a 1' }]);
    expect(graph.received).toHaveLength(3);
  });

  test('a query after a mutation never gets what was asked before it', async () => {
    let bought = 0;
    await using cart = await startScriptedSubgraph(async ({ query }) => {
      if (query.startsWith('mutation')) {
        bought += 1;
        return { buy: bought };
      }
      const seen = bought;
      await sleep(100);
      return { lines: Array.from({ length: seen }, () => ({ product: null })) };
    });
    await using graph = await startGateway({ cart: { typeDefs: `${lines}`, url: cart.url } });
    const before = graph.client.request<{ lines: unknown[] }>('{ lines { product { id } } }');
    await sleep(20);
    await graph.client.request('mutation { buy }');
    const after = await graph.client.request<{ lines: unknown[] }>('{ lines { product { id } } }');
    expect([(await before).data?.lines.length, after.data?.lines.length]).toEqual([0, 1]);
  });

  test('is cancelled when the client goes away', async () => {
    await using cart = await startScriptedSubgraph(() => new Promise(() => undefined));
    await using graph = await startGateway({ cart: { typeDefs: lines, url: cart.url } });
    const leaving = new AbortController();
    const request = fetch(`${graph.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ lines { product { id } } }' }),
      signal: leaving.signal,
    }).catch(() => 'left');
    while (cart.requests.length === 0) await sleep(5);
    leaving.abort();
    await cart.requests[0]?.cancelled;
    expect(await request).toBe('left');
  });

  test('carries the correlation id and the trace', async () => {
    await using cart = await startScriptedSubgraph(() => ({ lines: [] }));
    await using graph = await startGateway({ cart: { typeDefs: lines, url: cart.url } });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await graph.client.request(
      '{ lines { product { id } } }',
      {},
      { headers: { 'x-correlation-id': 'c-1', traceparent } },
    );
    expect(cart.requests[0]?.headers).toMatchObject({ 'x-correlation-id': 'c-1', traceparent });
  });
});

describe('a subgraph that fails', () => {
  test('is asked again for a query, as soon as it says', async () => {
    await using cart = await startScriptedSubgraph((_request, res) => {
      if (cart.requests.length > 2) return { lines: [] };
      res.writeHead(503, cart.requests.length === 1 ? { 'retry-after': '1' } : {}).end();
      return undefined;
    });
    await using graph = await startGateway({ cart: { typeDefs: lines, url: cart.url } });
    const startedAt = Date.now();
    expect((await graph.client.request('{ lines { product { id } } }')).data).toEqual({ lines: [] });
    expect(cart.requests).toHaveLength(3);
    expect(Date.now() - startedAt).toBeGreaterThan(950);
  });

  test('is never asked again for a mutation, which may have taken effect', async () => {
    await using cart = await startScriptedSubgraph((_request, res) => void res.destroy());
    await using graph = await startGateway({ cart: { typeDefs: lines, url: cart.url } });
    const reply = await graph.client.request('mutation { buy }');
    expect(reply).toMatchObject({
      data: { buy: null },
      errors: [{ path: ['buy'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
    });
    expect(cart.requests).toHaveLength(1);
  });

  test('costs its own fields alone, with a code and without a host', async () => {
    await using cart = await startScriptedSubgraph(answerLines);
    const gone = 'http://127.0.0.1:9/graphql';
    await using graph = await startGateway({
      cart: { typeDefs: lines, url: cart.url },
      catalog: { typeDefs: products, url: gone },
    });
    const reply = await graph.client.request<{ lines: unknown[] }>('{ lines { product { id name } } }');
    expect(reply.data?.lines[0]).toEqual({ product: { id: 'p0', name: null } });
    expect(reply.errors).toMatchObject([
      { path: ['lines', 0, 'product', 'name'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } },
    ]);
    expect(JSON.stringify(reply.errors)).not.toMatch(/127\.0|ECONN|catalog|:9/);
  });

  test('says what its codes mean to say, and nothing of its insides', async () => {
    const extensions = { code: 'NOT_FOUND', field: 'id', stacktrace: ['at /srv/app.js:1'], serviceName: 'cart-7f9c' };
    await using cart = await startScriptedSubgraph((_request, res) => {
      const errors = [
        { message: 'No such line.', path: ['lines'], extensions },
        { message: 'connect ECONNREFUSED 10.1.2.3:27017', extensions: { code: 'MONGO' } },
      ];
      res.end(JSON.stringify({ data: null, errors }));
    });
    await using graph = await startGateway({ cart: { typeDefs: lines, url: cart.url } });
    const { errors } = await graph.client.request('{ lines { product { id } } }');
    expect(errors).toMatchObject([
      { message: 'No such line.', path: ['lines'], extensions: { code: 'NOT_FOUND', field: 'id' } },
      { extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
    expect(JSON.stringify(errors)).not.toMatch(/srv|cart-7f9c|10\.1|MONGO/);
  });

  test('is named where that is configured', async () => {
    const gone = 'http://127.0.0.1:9/graphql';
    await using graph = await startGateway({ cart: { typeDefs: lines, url: gone } }, { exposeSubgraphNames: true });
    const reply = await graph.client.request('{ lines { product { id } } }');
    expect(reply.errors).toMatchObject([{ extensions: { subgraph: 'cart' } }]);
  });

  test('that is slow is given up at its deadline, and no later', async () => {
    await using cart = await startScriptedSubgraph(answerLines);
    await using catalog = await startScriptedSubgraph(() => new Promise(() => undefined));
    await using graph = await startGateway(
      { cart: { typeDefs: lines, url: cart.url }, catalog: { typeDefs: products, url: catalog.url } },
      { subgraphDeadlinesMs: { catalog: 200 } },
    );
    const startedAt = Date.now();
    const reply = await graph.client.request('{ lines { product { name } } }');
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    expect(reply.errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }]);
  });

  test('is not sent what was given up while it waited for a connection', async () => {
    let release: () => void = () => undefined;
    await using cart = await startScriptedSubgraph(async ({ query }) => {
      if (!query.includes('free')) await new Promise<void>((resolve) => (release = resolve));
      return { lines: [] };
    });
    await using graph = await startGateway(
      { cart: { typeDefs: lines, url: cart.url } },
      { limits: { subgraphMaxConnections: 1, requestDeadlineMs: 3_000 } },
    );
    const abort = new AbortController();
    const ask = (name: string, signal?: AbortSignal) =>
      fetch(`${graph.gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `query ${name} { lines { product { id } } }` }),
        signal: signal ?? null,
      });
    const holding = ask('Holding');
    while (cart.requests.length === 0) await sleep(5);
    const waiting = ask('Waiting', abort.signal);
    const behind = ask('free');
    await sleep(100);
    abort.abort();
    await expect(waiting).rejects.toThrow();
    await sleep(50);
    release();
    expect((await holding).status).toBe(200);
    expect(await (await behind).json()).toEqual({ data: { lines: [] } });
    expect(cart.requests.map(({ query }) => /query (\w+?)__/.exec(query)?.[1])).toEqual(['Holding', 'free']);
  });

  test('cannot hold a request beyond the deadline of the whole, however many fetches it has', async () => {
    await using cart = await startScriptedSubgraph(async () => {
      await sleep(300);
      return answerLines();
    });
    await using catalog = await startScriptedSubgraph(() => new Promise(() => undefined));
    await using graph = await startGateway(
      { cart: { typeDefs: lines, url: cart.url }, catalog: { typeDefs: products, url: catalog.url } },
      { limits: { requestDeadlineMs: 600 } },
    );
    const startedAt = Date.now();
    const reply = await graph.client.request<{ lines: unknown[] }>('{ lines { product { id name } } }');
    expect(Date.now() - startedAt).toBeLessThan(3_000);
    expect(reply.data?.lines).toHaveLength(100);
    expect(reply.errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }]);
  });

  test.each([
    { what: 'HTML', answer: '<html>' },
    { what: 'no GraphQL result', answer: '{"hello":1}' },
    { what: 'too much', answer: JSON.stringify({ data: { lines: [], padding: 'x'.repeat(2_000) } }) },
  ])('that answers $what is unavailable', async ({ answer }) => {
    await using cart = await startScriptedSubgraph((_request, res) => void res.end(answer));
    await using graph = await startGateway(
      { cart: { typeDefs: lines, url: cart.url } },
      { limits: { subgraphMaxResponseBytes: 1_000 } },
    );
    const reply = await graph.client.request('{ lines { product { id } } }');
    expect(reply).toMatchObject({ data: null, errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  });

  test('is given a rest after failing again and again, then probed', async () => {
    let isUp = false;
    await using cart = await startScriptedSubgraph((_request, res) => {
      if (isUp) return { lines: [] };
      res.writeHead(500).end();
      return undefined;
    });
    await using graph = await startGateway(
      { cart: { typeDefs: lines, url: cart.url } },
      { limits: { breakerFailures: 3, breakerOpenMs: 300 } },
    );
    const ask = () => graph.client.request('{ lines { product { id } } }');
    for (let index = 0; index < 10; index += 1) await ask();
    expect(cart.requests).toHaveLength(3);
    isUp = true;
    await sleep(500);
    expect((await ask()).data).toEqual({ lines: [] });
  });

  test('a non-null field that it leaves out nulls its parent, with an error that has a path', async () => {
    await using cart = await startScriptedSubgraph(() => ({ lines: null }));
    await using graph = await startGateway({ cart: { typeDefs: lines, url: cart.url } });
    const reply = await graph.client.request('{ lines { product { id } } }');
    expect(reply).toMatchObject({
      data: null,
      errors: [{ path: ['lines'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
  });
});

test('sheds load beyond its limit at once, with 503 and when to come back', async () => {
  let release = (_value: unknown): void => undefined;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await using cart = await startScriptedSubgraph(async () => {
    await held;
    return { lines: [] };
  });
  await using graph = await startGateway(
    { cart: { typeDefs: lines, url: cart.url } },
    { limits: { maxConcurrentRequests: 2 } },
  );
  const ask = () => graph.client.request('{ lines { product { id } } }');
  const running = [ask(), ask()];
  while (cart.requests.length === 0) await sleep(5);
  await sleep(50);
  const refused = await ask();
  expect(refused).toMatchObject({ status: 503, errors: [{ extensions: { code: 'OVERLOADED' } }] });
  expect(refused.headers.get('retry-after')).toBe('1');
  release(undefined);
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
});
