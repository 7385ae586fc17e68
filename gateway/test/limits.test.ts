import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { measureOperation } from '../src/limits/operation-size.ts';
import { pickOperation } from '../src/planning/parsed-operation.ts';
import { startSupergraph, type TestSubgraph } from './fixtures/start-supergraph.ts';

/** A tree that nests for ever, a connection, and fields with weights. */
function forest(): Record<string, TestSubgraph> {
  const node = { name: 'n' };
  return {
    forest: {
      typeDefs: `
        type Query {
          tree: Node leaf: String trees: [Node!]
          page(first: Int = 10): NodeConnection
          weighty: Node @cost(weight: 500)
          sized(count: Int): [Node!] @listSize(slicingArguments: ["count"])
          assumed: [Node!] @listSize(assumedSize: 300)
        }
        type Mutation { plant: Node login: String }
        type Subscription { grown: Node }
        type Node { name: String child: Node children: [Node!] }
        type NodeConnection { nodes: [Node!] edges: [NodeEdge!] total: Int }
        type NodeEdge { node: Node }`,
      resolvers: {
        Query: {
          tree: () => node,
          leaf: () => 'leaf',
          trees: () => [node],
          page: () => ({ nodes: [node] }),
          weighty: () => node,
          sized: () => [],
          assumed: () => [],
        },
        Mutation: { plant: () => node, login: () => 'in' },
        Subscription: {
          grown: {
            async *subscribe() {
              yield { grown: node };
            },
          },
        },
        Node: { child: () => node, children: () => [node] },
      },
    },
  };
}

const nested = (depth: number) => `{ tree ${'{ child '.repeat(depth - 2)}{ name }${' }'.repeat(depth - 2)} }`;
const repeat = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');

const cases = [
  {
    name: 'depth',
    limits: { maxDepth: 6 },
    within: nested(6),
    beyond: nested(7),
    around: `${nested(4).replace('{ name }', '{ ...F }')} fragment F on Node { child { child { child { name } } } }`,
    code: 'OPERATION_TOO_LARGE',
  },
  {
    name: 'aliases',
    limits: { maxAliases: 5 },
    within: `{ ${repeat(5, (index) => `a${index}: leaf`)} }`,
    beyond: `{ ${repeat(6, (index) => `a${index}: leaf`)} }`,
    around: `{ tree { ...F child { ...F } } } fragment F on Node { ${repeat(3, (index) => `a${index}: __typename`)} }`,
    code: 'OPERATION_TOO_LARGE',
  },
  {
    name: 'root fields of a query',
    limits: { maxRootFields: 3, maxAliases: 100 },
    within: '{ leaf tree { name } a: leaf }',
    beyond: '{ leaf tree { name } a: leaf b: leaf }',
    around: '{ leaf ... { tree { name } ...F } } fragment F on Query { a: leaf b: leaf }',
    code: 'OPERATION_TOO_LARGE',
  },
  {
    name: 'root fields of a mutation',
    limits: { maxRootMutations: 2 },
    within: 'mutation { login plant { name } }',
    beyond: 'mutation { login plant { name } a: login }',
    around: 'mutation { login ...F } fragment F on Mutation { plant { name } a: login }',
    code: 'OPERATION_TOO_LARGE',
  },
  {
    name: 'directives',
    limits: { maxDirectives: 3 },
    within: '{ leaf @include(if: true) tree @skip(if: false) { name @include(if: true) } }',
    beyond: '{ leaf @include(if: true) @skip(if: false) tree @skip(if: false) { name @include(if: true) } }',
    around: '{ tree { ...F child { ...F } } } fragment F on Node { name @include(if: true) @skip(if: false) }',
    code: 'OPERATION_TOO_LARGE',
  },
  {
    name: 'tokens',
    limits: { maxTokens: 20 },
    within: `{ ${repeat(18, () => 'leaf')} }`,
    beyond: `{ ${repeat(19, () => 'leaf')} }`,
    around: `{ leaf } ${repeat(4, (index) => `fragment F${index} on Query { leaf }`)}`,
    code: 'OPERATION_TOO_LARGE',
  },
  {
    name: 'fields once fragments are expanded',
    limits: { maxFields: 100, maxDepth: 50 },
    within: '{ tree { ...A ...A } } fragment A on Node { name child { name } }',
    beyond: `{ tree { ${repeat(101, () => 'name')} } }`,
    around: `{ tree { ...F0 } } ${repeat(7, (index) => `fragment F${index} on Node { child { ...F${index + 1} } child { ...F${index + 1} } }`)} fragment F7 on Node { name }`,
    code: 'OPERATION_TOO_LARGE',
  },
  {
    name: 'cost of nested lists',
    limits: { maxCost: 150 },
    within: '{ trees { children { name } } }',
    beyond: '{ trees { children { children { name } } } }',
    around: '{ trees { ...F } } fragment F on Node { children { ... on Node { children { name } } } }',
    code: 'OPERATION_TOO_COSTLY',
  },
  {
    name: 'cost of a page',
    limits: { maxCost: 150 },
    within: '{ page(first: 100) { nodes { name } } }',
    beyond: '{ page(first: 100) { nodes { child { name } } } }',
    around: '{ page(first: 2000000000) { nodes { name } } }',
    code: 'OPERATION_TOO_COSTLY',
  },
  {
    name: 'cost by @cost and @listSize',
    limits: { maxCost: 900 },
    within: '{ weighty { name } assumed { name } }',
    beyond: '{ weighty { name } assumed { name } again: assumed { name } }',
    around: '{ sized(count: 901) { name } }',
    code: 'OPERATION_TOO_COSTLY',
  },
];

describe.each(cases)('the limit on $name', ({ limits, within, beyond, around, code }) => {
  test('lets an operation at it through', async () => {
    await using graph = await startSupergraph(forest(), { limits });
    expect((await graph.client.request(within)).errors).toBeUndefined();
  });

  test('refuses one past it with HTTP 400, and says by how much in development', async () => {
    await using graph = await startSupergraph(forest(), { limits });
    const reply = await graph.client.request(beyond);
    expect(reply).toMatchObject({ status: 400, data: null, errors: [{ extensions: { code } }] });
    if (!('maxTokens' in limits))
      expect(reply.errors?.[0]?.extensions).toMatchObject({ limit: expect.any(String), actual: expect.any(Number) });
    expect(graph.received).toHaveLength(0);
  });

  test('is not got round through fragments, or large numbers', async () => {
    await using graph = await startSupergraph(forest(), { limits });
    expect(await graph.client.request(around)).toMatchObject({ status: 400, errors: [{ extensions: { code } }] });
  });

  test('holds on sockets too', async () => {
    await using graph = await startSupergraph(forest(), { limits });
    await expect(graph.socket().subscribe(beyond).next()).rejects.toThrow();
    expect(graph.received).toHaveLength(0);
  });
});

test('counts a page size that comes in a variable', async () => {
  await using graph = await startSupergraph(forest(), { limits: { maxCost: 150 } });
  const query = 'query ($n: Int) { page(first: $n) { nodes { name } } }';
  expect((await graph.client.request(query, { n: 100 })).errors).toBeUndefined();
  expect(await graph.client.request(query, { n: 200 })).toMatchObject({
    errors: [{ extensions: { code: 'OPERATION_TOO_COSTLY' } }],
  });
});

test('says nothing about its limits in production', async () => {
  await using graph = await startSupergraph(forest(), { limits: { maxDepth: 3 }, isProduction: true });
  const reply = await graph.client.request(nested(5));
  expect(reply.errors).toMatchObject([{ message: 'This operation is too large.' }]);
  expect(reply.errors?.[0]?.extensions).not.toHaveProperty('limit');
});

test('leaves the introspection query alone, so that tools work', async () => {
  await using graph = await startSupergraph(forest());
  const { getIntrospectionQuery } = await import('graphql');
  const reply = await graph.client.request(getIntrospectionQuery());
  expect(reply.errors).toBeUndefined();
  expect(reply.data).toHaveProperty('__schema.types');
});

test('measures fragments that repeat each other without expanding them', () => {
  const levels = 60;
  const text = `{ tree { ...F0 } } ${repeat(levels, (index) => `fragment F${index} on Node { child { ...F${index + 1} } c: child { ...F${index + 1} } }`)} fragment F${levels} on Node { name }`;
  expect(measureOperation(pickOperation(parse(text), undefined)).fields).toBeGreaterThan(2 ** levels);
});

describe('rate limits', () => {
  test('count by cost, say what is left, and refuse with 429 and when to come back', async () => {
    await using graph = await startSupergraph(forest(), { rateLimits: { addressCost: 25, windowSeconds: 60 } });
    const query = '{ page(first: 10) { nodes { name } } }';
    const first = await graph.client.request(query);
    expect(first.headers.get('ratelimit-policy')).toBe('"address";q=25;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/^"address";r=14;t=\d+$/);
    await graph.client.request(query);
    const refused = await graph.client.request(query);
    expect(refused).toMatchObject({ status: 429, errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('give each viewer an allowance of their own', async () => {
    await using graph = await startSupergraph(forest(), { rateLimits: { viewerCost: 3 } });
    const as = (userId: string) =>
      graph.client.request('{ leaf }', {}, { headers: graph.bearer(['CUSTOMER'], { userId }) });
    const statuses: number[] = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await as('usr_a')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await as('usr_b')).status).toBe(200);
  });

  test('count listed fields one by one, aliases too', async () => {
    await using graph = await startSupergraph(forest(), { rateLimits: { fields: { login: 3 } } });
    expect((await graph.client.request('mutation { a: login b: login }')).status).toBe(200);
    expect((await graph.client.request('mutation { a: login ...F } fragment F on Mutation { b: login }')).status).toBe(
      429,
    );
    expect((await graph.client.request('mutation { plant { name } }')).status).toBe(200);
  });

  test('hold on sockets', async () => {
    await using graph = await startSupergraph(forest(), { rateLimits: { addressCost: 1 } });
    await graph.client.request('{ leaf }');
    await expect(graph.socket().subscribe('subscription { grown { name } }').next()).rejects.toThrow(
      /Too many|RATE_LIMITED/,
    );
  });

  test('are counted locally while Redis is down', async () => {
    await using graph = await startSupergraph(forest(), {
      redisUrl: 'redis://127.0.0.1:9',
      rateLimits: { addressCost: 1 },
    });
    expect((await graph.client.request('{ leaf }')).status).toBe(200);
    expect((await graph.client.request('{ leaf }')).status).toBe(429);
  });

  test('can be switched off outside production', async () => {
    await using graph = await startSupergraph(forest(), { rateLimits: { isOn: false, addressCost: 1 } });
    await graph.client.request('{ leaf }');
    const reply = await graph.client.request('{ leaf }');
    expect([reply.status, reply.headers.get('ratelimit')]).toEqual([200, null]);
  });
});
