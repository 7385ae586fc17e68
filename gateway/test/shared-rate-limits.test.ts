import { expect, test } from 'vitest';
import { startRedis } from './fixtures/start-redis.ts';
import { startSupergraph, type TestSubgraph } from './fixtures/start-supergraph.ts';

const parts: Record<string, TestSubgraph> = {
  parts: {
    typeDefs: 'type Query { part: Int } type Mutation { login: String }',
    resolvers: { Query: { part: () => 1 }, Mutation: { login: () => 'in' } },
  },
};
const rateLimits = { addressCost: 6, fields: { login: 3 } };

test('gateways that share a Redis share their counts, so that a client gains nothing by going from one to another', async (context) => {
  await using redis = await startRedis();
  if (redis === undefined) return context.skip('redis-server is not on the PATH');
  await using first = await startSupergraph(parts, { redisUrl: redis.url, rateLimits });
  await using second = await startSupergraph(parts, { redisUrl: redis.url, rateLimits });
  expect((await first.client.request('{ part }')).status).toBe(200);
  const statuses: number[] = [];
  for (const graph of [second, first, second, first, second, first]) {
    statuses.push((await graph.client.request('{ part }')).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
});

test('a field that guesses at secrets is counted over all gateways', async (context) => {
  await using redis = await startRedis();
  if (redis === undefined) return context.skip('redis-server is not on the PATH');
  const roomy = { rateLimits: { ...rateLimits, addressCost: 1_000 }, redisUrl: redis.url };
  await using first = await startSupergraph(parts, roomy);
  await using second = await startSupergraph(parts, roomy);
  expect((await first.client.request('mutation { a: login b: login }')).status).toBe(200);
  expect((await second.client.request('mutation { a: login b: login }')).status).toBe(429);
});

test('a gateway whose Redis dies goes on at once with counts of its own', async (context) => {
  await using redis = await startRedis();
  if (redis === undefined) return context.skip('redis-server is not on the PATH');
  await using graph = await startSupergraph(parts, { redisUrl: redis.url, rateLimits });
  expect((await graph.client.request('{ part }')).status).toBe(200);
  await redis[Symbol.asyncDispose]();
  const statuses: number[] = [];
  for (let sent = 0; sent < 7; sent += 1) statuses.push((await graph.client.request('{ part }')).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
});

test('a Redis that goes silent holds no request: each gateway counts for itself', async (context) => {
  await using redis = await startRedis();
  if (redis === undefined) return context.skip('redis-server is not on the PATH');
  await using graph = await startSupergraph(parts, { redisUrl: redis.url, rateLimits });
  expect((await graph.client.request('{ part }')).status).toBe(200);
  redis.silence();
  const statuses: number[] = [];
  for (let sent = 0; sent < 7; sent += 1) statuses.push((await graph.client.request('{ part }')).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
});
