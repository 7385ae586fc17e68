import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { anonymous, createSubscriptionClient, customer, testIdentity } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createMetrics, type HttpServer, startSubgraphServer } from '../src/index.ts';
import { fixtureSubgraph } from './fixture-subgraph.ts';
import { recordingLogger } from './log-lines.ts';

const identity = testIdentity('fixture');
const connectionParams = identity.headersFor(customer('usr_1'));
const { logger } = recordingLogger();
const metrics = createMetrics({ service: 'fixture' });
const { subgraph, observed } = fixtureSubgraph({ trustedKeys: identity.jwks });

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isTrue()); tries += 1) {
    if (tries > 300) throw new Error('did not become true');
    await sleep(10);
  }
}

/** What a stream failed with: the errors of the server's `error` message. */
async function errorsOf(closed: Promise<void>): Promise<unknown> {
  return closed.then(
    () => 'completed',
    (error: Error) => error.cause ?? error,
  );
}

describe('subgraph over graphql-ws', () => {
  let server: HttpServer;
  beforeAll(async () => {
    server = await startSubgraphServer({ subgraph, host: '127.0.0.1', port: 0, logger, metrics });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('streams every event in order and completes, and answers queries on the same socket', async () => {
    await using client = createSubscriptionClient(server.url, { connectionParams });
    const counted = await client.subscribe('subscription { count(to: 3) }').rest();
    expect(counted.map(({ data }) => data)).toEqual([{ count: 1 }, { count: 2 }, { count: 3 }]);
    expect(await client.subscribe('{ whoami }').rest()).toEqual([{ data: { whoami: 'usr_1' } }]);
  });

  it('identifies each operation by its own extensions, which win over the connection', async () => {
    await using client = createSubscriptionClient(server.url, {
      connectionParams: { 'X-Swiftcart-Identity': connectionParams['x-swiftcart-identity'] },
    });
    const own = { headers: { ...identity.headersFor(customer('usr_2')), 'X-Correlation-ID': 'corr-2' } };
    expect((await client.subscribe('subscription { whoamiStream }').next()).data?.['whoamiStream']).toMatch(
      /^usr_1 req_/,
    );
    expect((await client.subscribe('subscription { whoamiStream }', {}, own).next()).data).toEqual({
      whoamiStream: 'usr_2 corr-2',
    });
    const guest = { headers: identity.headersFor(anonymous()) };
    expect((await client.subscribe('{ whoami }', {}, guest).next()).data).toEqual({ whoami: 'anonymous' });
  });

  it('answers UNAUTHENTICATED without an assertion, and leaves the socket to its other operations', async () => {
    await using client = createSubscriptionClient(server.url, { connectionParams: {} });
    for (const query of ['subscription { count(to: 1) }', '{ whoami }']) {
      expect(await errorsOf(client.subscribe(query).closed)).toEqual([
        expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED', correlationId: expect.any(String) } }),
      ]);
    }
    expect((await client.subscribe('{ whoami }', {}, { headers: connectionParams }).next()).data).toEqual({
      whoami: 'usr_1',
    });
  });

  it.each([
    ['a syntax error, which would close the socket otherwise', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['two root fields', 'subscription { count(to: 1) refused }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a bad variable', 'subscription ($to: Int!) { count(to: $to) }', 'BAD_USER_INPUT'],
    ['a refusal by the subscription itself', 'subscription { refused }', 'NOT_FOUND'],
  ])('answers %s with an error of that operation alone', async (_what, query, code) => {
    await using client = createSubscriptionClient(server.url, { connectionParams });
    const bystander = client.subscribe('subscription { waitsForEver }');
    await bystander.next();
    const errors = await errorsOf(client.subscribe(query, {}).closed);
    expect(errors).toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code, correlationId: expect.any(String) }) }),
    ]);
    expect((await client.subscribe('{ whoami }').next()).data).toEqual({ whoami: 'usr_1' });
  });

  it('ends a stream that fails later with an error, never a complete, and masks what it may not tell', async () => {
    await using client = createSubscriptionClient(server.url, { connectionParams });
    const coded = client.subscribe('subscription { failsLater }');
    expect((await coded.next()).data).toEqual({ failsLater: 1 });
    expect(await errorsOf(coded.closed)).toEqual([
      expect.objectContaining({
        message: 'Gone meanwhile.',
        extensions: expect.objectContaining({ code: 'NOT_FOUND' }),
      }),
    ]);
    const broken = client.subscribe('subscription { breaksLater }');
    await broken.next();
    const errors = await errorsOf(broken.closed);
    expect(errors).toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' }) }),
    ]);
    expect(JSON.stringify(errors)).not.toContain('secret detail');
  });

  it('releases a stream that waits, when its client unsubscribes and when its socket dies', async () => {
    const before = { ...observed };
    const liveNow = async () => Number(/swiftcart_live_subscriptions\{[^}]*\} (\d+)/.exec(await metrics.render())?.[1]);
    await using client = createSubscriptionClient(server.url, { connectionParams });
    const stream = client.subscribe('subscription { waitsForEver }');
    await stream.next();
    expect(await liveNow()).toBeGreaterThanOrEqual(1);
    stream.close();
    await until(
      () =>
        observed.abortedSignals === before.abortedSignals + 1 &&
        observed.finishedStreams === before.finishedStreams + 1,
    );

    const other = createSubscriptionClient(server.url, { connectionParams });
    await other.subscribe('subscription { waitsForEver }').next();
    other.client.terminate();
    await until(() => observed.finishedStreams === before.finishedStreams + 2);
    await until(async () => (await liveNow()) === 0);
    await other[Symbol.asyncDispose]();
  });

  it('closes a socket that sends an oversized message', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send('x'.repeat(100_001));
    const [code] = await once(socket, 'close');
    expect(code).toBe(1009);
  });

  it('refuses upgrades elsewhere', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/other`, 'graphql-transport-ws');
    const [error] = await once(socket, 'error');
    expect(error.message).toContain('404');
  });

  it('tells live sockets to go when it drains, so that they connect again elsewhere', async () => {
    const draining = await startSubgraphServer({ subgraph, host: '127.0.0.1', port: 0, logger });
    await using client = createSubscriptionClient(draining.url, { connectionParams });
    const stream = client.subscribe('subscription { waitsForEver }');
    await stream.next();
    await draining.drain(2_000);
    expect(await errorsOf(stream.closed)).toMatchObject({ code: 1001 });
    // As a process does it: drained first, then disposed.
    await draining[Symbol.asyncDispose]();
  });
});
