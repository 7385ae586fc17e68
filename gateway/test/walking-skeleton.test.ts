import { describe, expect, test } from 'vitest';
import { library } from './fixtures/library.ts';
import { startSupergraph } from './fixtures/start-supergraph.ts';

describe.each([
  { wiring: 'over HTTP', inProcess: false },
  { wiring: 'in one process', inProcess: true },
])('the gateway with subgraphs $wiring', ({ inProcess }) => {
  test('joins a query over two subgraphs', async () => {
    await using graph = await startSupergraph(library(), { inProcess });
    const reply = await graph.client.request('{ books { title rating reviews(first: 1) { stars author { name } } } }');
    expect(reply).toMatchObject({
      status: 200,
      data: {
        books: [
          { title: 'Tides', rating: 4.5, reviews: [{ stars: 5, author: { name: 'Author 5' } }] },
          { title: 'Dunes', rating: 2.5, reviews: [{ stars: 5, author: { name: 'Author 5' } }] },
        ],
      },
    });
    expect(reply.errors).toBeUndefined();
  });

  test('runs a mutation and joins its payload', async () => {
    await using graph = await startSupergraph(library(), { inProcess });
    const reply = await graph.client.request(
      'mutation ($t: String!) { rename(id: "b1", title: $t) { title rating } }',
      { t: 'Ebb' },
    );
    expect(reply.data).toEqual({ rename: { title: 'Ebb', rating: 4.5 } });
  });

  test('streams a subscription whose every event is joined, then completes', async () => {
    await using graph = await startSupergraph(library(), { inProcess });
    const stream = graph.socket().subscribe('subscription { bookAdded(count: 3) { id rating } }');
    expect(await stream.rest()).toEqual([
      { data: { bookAdded: { id: 'b1', rating: 4.5 } } },
      { data: { bookAdded: { id: 'b2', rating: 2.5 } } },
      { data: { bookAdded: { id: 'b1', rating: 4.5 } } },
    ]);
  });

  test('tells subgraphs who the caller is, by signed assertion', async () => {
    await using graph = await startSupergraph(library(), { inProcess });
    const anonymous = await graph.client.request('{ whoami }');
    const known = await graph.client.request(
      '{ whoami }',
      {},
      { headers: graph.bearer(['CUSTOMER'], { userId: 'usr_9' }) },
    );
    expect([anonymous.data, known.data]).toEqual([{ whoami: 'anonymous' }, { whoami: 'usr_9' }]);
  });

  test('hides what went wrong inside a subgraph and keeps the rest of the answer', async () => {
    await using graph = await startSupergraph(library(), { inProcess });
    const reply = await graph.client.request('{ book(id: "b1") { title broken } }');
    expect(reply.data).toEqual({ book: { title: 'Tides', broken: null } });
    expect(reply.errors).toMatchObject([{ path: ['book', 'broken'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(JSON.stringify(reply.errors)).not.toContain('10.0.0.7');
  });
});

describe('bearer tokens', () => {
  test('refuses a token that has expired or was never ours, each with its code', async () => {
    await using graph = await startSupergraph(library());
    const expired = graph.bearer(['CUSTOMER'], { ttlSeconds: 1, now: new Date(Date.now() - 60_000) });
    const reply = await graph.client.request('{ whoami }', {}, { headers: expired });
    expect(reply).toMatchObject({ status: 401, errors: [{ extensions: { code: 'TOKEN_EXPIRED' } }] });
    const forged = await graph.client.request('{ whoami }', {}, { headers: { authorization: 'Bearer a.b.c' } });
    expect(forged).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('does not let a client bring an identity of its own making', async () => {
    await using graph = await startSupergraph(library(), { forwardHeaders: ['x-swiftcart-identity', 'x-cart-token'] });
    await graph.client.request(
      '{ whoami }',
      {},
      { headers: { 'x-swiftcart-identity': 'forged', 'x-cart-token': 'c1', cookie: 'a=b' } },
    );
    const [received] = graph.received;
    expect(received?.viewer).toEqual({ kind: 'anonymous' });
    expect(received?.headers).toMatchObject({ 'x-cart-token': 'c1', 'x-client-address': '127.0.0.1' });
    expect(received?.headers['cookie']).toBeUndefined();
  });

  test('a revoked session is refused at once on HTTP and its sockets close with 4403', async () => {
    let revoke: (revocation: { sessionId: string; until: Date }) => void = () => undefined;
    await using graph = await startSupergraph(library(), {
      revocations: {
        loadInitial: async () => [{ sessionId: 'ses_old', until: new Date(Date.now() + 60_000) }],
        listen: async (onRevoked) => {
          revoke = onRevoked;
          return { [Symbol.asyncDispose]: async () => undefined };
        },
      },
    });
    const old = await graph.client.request(
      '{ whoami }',
      {},
      { headers: graph.bearer(['CUSTOMER'], { sessionId: 'ses_old' }) },
    );
    expect(old.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);

    const headers = graph.bearer(['CUSTOMER']);
    const closed = await graph.closeCode(headers, 'subscription { bookAdded(count: 1000) { id } }');
    revoke({ sessionId: 'ses_1', until: new Date(Date.now() + 60_000) });
    expect(await closed()).toBe(4403);
    const after = await graph.client.request('{ whoami }', {}, { headers });
    expect(after).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('closes a socket with 4403 the moment its token expires', async () => {
    await using graph = await startSupergraph(library());
    const headers = graph.bearer(['CUSTOMER'], { ttlSeconds: 2 });
    const closed = await graph.closeCode(headers, 'subscription { bookAdded(count: 1000) { id } }');
    expect(await closed()).toBe(4403);
  });
});

describe('access rules of the supergraph', () => {
  test('answers null with a coded error for a field the caller may not see, and asks no subgraph for it', async () => {
    await using graph = await startSupergraph(library());
    const reply = await graph.client.request('{ secret book(id: "b1") { title } }');
    expect(reply.data).toEqual({ secret: null, book: { title: 'Tides' } });
    expect(reply.errors).toMatchObject([{ path: ['secret'], extensions: { code: 'UNAUTHENTICATED' } }]);
    const customer = await graph.client.request('{ secret ledger }', {}, { headers: graph.bearer(['CUSTOMER']) });
    expect(customer).toMatchObject({
      data: { secret: 'shh', ledger: null },
      errors: [{ path: ['ledger'], extensions: { code: 'FORBIDDEN' } }],
    });
    const before = graph.received.length;
    await graph.client.request('{ secret }');
    expect(graph.received.length).toBe(before);
  });

  test('refuses a mutation whole when one of its fields is not allowed', async () => {
    await using graph = await startSupergraph(library());
    const reply = await graph.client.request(
      'mutation { rename(id: "b1", title: "X") { id } removeAll }',
      {},
      { headers: graph.bearer(['CUSTOMER']) },
    );
    expect(reply).toMatchObject({ data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(graph.received).toHaveLength(0);
  });
});
