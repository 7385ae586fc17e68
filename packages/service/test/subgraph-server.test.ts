import { createAssertionSigner, generateKeyPair } from '@swiftcart/identity';
import { createGraphqlClient, customer, testIdentity } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics, type HttpServer, startSubgraphServer } from '../src/index.ts';
import { fixtureSubgraph } from './fixture-subgraph.ts';
import { recordingLogger } from './log-lines.ts';

const identity = testIdentity('fixture');
const headers = identity.headersFor(customer('usr_1'));
const { logger, lines, text } = recordingLogger();
const metrics = createMetrics({ service: 'fixture' });
const { subgraph, observed } = fixtureSubgraph({ trustedKeys: identity.jwks });

describe('subgraph over HTTP', () => {
  let server: HttpServer;
  beforeAll(async () => {
    server = await startSubgraphServer({ subgraph, host: '127.0.0.1', port: 0, logger, metrics, maxBodyBytes: 2_000 });
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const client = () => createGraphqlClient(server.url, { headers });

  it('answers the caller whom the gateway vouches for', async () => {
    const { status, data } = await client().request('{ whoami }');
    expect({ status, data }).toEqual({ status: 200, data: { whoami: 'usr_1' } });
  });

  const clock = () => new Date(Date.now() - 3_600_000);
  it.each([
    ['none', {}],
    ['an empty one', { 'x-swiftcart-identity': '' }],
    ['one signed by a stranger', testIdentity('fixture').headersFor(customer('usr_1'))],
    [
      'one made out to another subgraph',
      { 'x-swiftcart-identity': identity.signer.forViewer('orders', customer('usr_1')) },
    ],
    ['the claims in the clear', { 'x-swiftcart-identity': JSON.stringify({ viewer: customer('usr_1') }) }],
    ['only a bearer token', { authorization: 'Bearer whatever' }],
  ])('answers UNAUTHENTICATED to every operation with no good assertion: %s', async (_what, given) => {
    for (const query of ['{ whoami }', 'mutation { touch }', '{ __typename }', '{ _service { sdl } }']) {
      const { status, data, errors } = await createGraphqlClient(server.url, { headers: given }).request(query);
      expect(status).toBe(401);
      expect(data).toBeNull();
      expect(errors).toEqual([
        expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED', correlationId: expect.any(String) } }),
      ]);
    }
    expect(observed.touched).toBe(0);
  });

  it('answers UNAUTHENTICATED to an assertion that has expired', async () => {
    const keyPair = generateKeyPair();
    const old = fixtureSubgraph({ trustedKeys: { keys: [keyPair.publicJwk] } });
    await using other = await startSubgraphServer({ subgraph: old.subgraph, host: '127.0.0.1', port: 0, logger });
    const expired = createAssertionSigner({ keyPair, issuer: 'gateway', now: clock }).forViewer('fixture', customer());
    const { errors } = await createGraphqlClient(other.url, { headers: { 'x-swiftcart-identity': expired } }).request(
      '{ whoami }',
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
  });

  it('takes over a usable correlation id, echoes it, and logs and answers errors under it', async () => {
    const correlationId = 'trace-1.A_b';
    const {
      data,
      headers: answered,
      errors,
    } = await client().request('{ correlationId broken }', {}, { headers: { 'x-correlation-id': correlationId } });
    expect(data).toEqual({ correlationId, broken: null });
    expect(answered.get('x-correlation-id')).toBe(correlationId);
    expect(errors?.[0]?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', correlationId });
    const logged = lines.filter((line) => line['correlationId'] === correlationId);
    expect(logged).toContainEqual(expect.objectContaining({ msg: 'operation', kind: 'query' }));
    expect(logged).toContainEqual(
      expect.objectContaining({
        level: 50,
        err: expect.objectContaining({ message: expect.stringContaining('ECONNREFUSED') }),
      }),
    );
  });

  it.each(['', 'x'.repeat(65), 'a b', 'a;DROP', 'ü'.normalize()])(
    'makes a correlation id of its own instead of %j',
    async (given) => {
      const { data } = await client().request<{ correlationId: string }>(
        '{ correlationId }',
        {},
        { headers: { 'x-correlation-id': encodeURIComponent(given) } },
      );
      if (given === '') expect(data?.correlationId).toMatch(/^req_/);
      else expect(data?.correlationId).not.toBe(given);
    },
  );

  it('hands trace context and cart token on to the context', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { data } = await client().request(
      '{ trace: header(name: "traceparent") cart: header(name: "x-cart-token") }',
      {},
      { headers: { traceparent, 'X-Cart-Token': 'c1' } },
    );
    expect(data).toEqual({ trace: traceparent, cart: 'c1' });
  });

  it('says nothing of an unexpected error but its code and where to find it', async () => {
    const { data, errors } = await client().request('{ broken twice(number: 2) }');
    expect(data).toEqual({ broken: null, twice: 4 });
    expect(JSON.stringify(errors)).not.toMatch(/hunter2|ECONNREFUSED|stack/i);
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'Something went wrong on our side.',
        path: ['broken'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId: expect.any(String) },
      }),
    ]);
    expect((await client().request('{ brokenNonNull }')).errors?.[0]?.extensions?.['code']).toBe(
      'INTERNAL_SERVER_ERROR',
    );
  });

  it('passes codes of the contract on with their text, and masks any other', async () => {
    const { errors } = await client().request('{ a: coded(code: "NOT_FOUND") b: coded(code: "SECRET_CODE") }');
    expect(
      errors?.map(({ extensions, message }) => [extensions?.['code'], extensions?.['availableQuantity'], message]),
    ).toEqual([
      ['NOT_FOUND', 2, 'Said on purpose.'],
      ['INTERNAL_SERVER_ERROR', undefined, 'Something went wrong on our side.'],
    ]);
  });

  it.each([
    ['a syntax error', '{ whoami', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['an enum value that does not exist', '{ size(size: HUGE) }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable that is no Int', 'query ($n: Int!) { twice(number: $n) }', { n: 2 ** 31 }, 'BAD_USER_INPUT'],
    ['a missing variable', 'query ($n: Int!) { twice(number: $n) }', {}, 'BAD_USER_INPUT'],
    ['two operations and no name', 'query A { whoami } query B { whoami }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a subscription over POST', 'subscription { count(to: 1) }', {}, 'BAD_USER_INPUT'],
  ])('answers %s with its code', async (_what, query, variables, code) => {
    const { errors } = await client().request(query, variables);
    expect(errors?.[0]?.extensions).toMatchObject({ code, correlationId: expect.any(String) });
  });

  const post = (body: string, extra: Record<string, string> = {}) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers, ...extra },
      body,
    });

  it('takes a body at the cap and refuses one past it, declared or streamed', async () => {
    const query = '{ whoami }';
    const bodyOf = (bytes: number) =>
      JSON.stringify({ query: query.padEnd(bytes - JSON.stringify({ query: '' }).length) });
    expect((await post(bodyOf(2_000))).status).toBe(200);
    expect((await post(bodyOf(2_001))).status).toBe(413);
    const streamed = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 5; n += 1) controller.enqueue(new TextEncoder().encode(' '.repeat(1_000)));
        controller.close();
      },
    });
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: streamed,
      duplex: 'half',
    };
    // The server may close before all is sent: both endings are refusals.
    const status = await fetch(`${server.url}/graphql`, init as RequestInit).then(
      (response) => response.status,
      () => 413,
    );
    expect(status).toBe(413);
  });

  it('refuses compressed bodies, which could unpack to anything', async () => {
    expect((await post('x', { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('refuses what is not JSON, what is no operation, and batches of operations', async () => {
    expect((await post('{')).status).toBe(400);
    expect((await post('"text"')).status).toBeGreaterThanOrEqual(400);
    expect((await post('{}')).status).toBe(400);
    expect((await post('[{"query":"{ whoami }"},{"query":"{ whoami }"}]')).status).toBe(400);
  });

  it('refuses requests that a foreign web page can send without asking, GET among them', async () => {
    expect((await post('{"query":"mutation { touch }"}', { 'content-type': 'text/plain' })).status).toBe(400);
    const get = await fetch(`${server.url}/graphql?query={whoami}`, { headers });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect(observed.touched).toBe(0);
  });

  it('shows its schema outside production only', async () => {
    const query = '{ __schema { queryType { name } } }';
    expect((await client().request(query)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    await using strict = await startSubgraphServer({
      subgraph,
      host: '127.0.0.1',
      port: 0,
      logger,
      isProduction: true,
    });
    const { errors } = await createGraphqlClient(strict.url, { headers }).request(query);
    expect(errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('measures operations by name, counts errors by code, and bounds names that clients choose', async () => {
    await client().request('query Named { whoami }');
    for (let n = 0; n < 250; n += 1) metrics.operationLabel(`flood${n}`);
    await client().request('query OneTooMany { broken }');
    const page = await (await fetch(`${server.url}/metrics`)).text();
    expect(page).toMatch(/swiftcart_operation_seconds_count\{service="fixture",operation="Named",kind="query"\} 1/);
    expect(page).toMatch(/swiftcart_operation_seconds_count\{service="fixture",operation="other",kind="query"\} 1/);
    expect(page).not.toContain('OneTooMany');
    expect(page).toMatch(/swiftcart_errors_total\{code="INTERNAL_SERVER_ERROR",service="fixture"\} \d/);
    expect(page).toMatch(
      /swiftcart_requests_total\{route="\/graphql",method="POST",status="200",service="fixture"\} \d/,
    );
  });

  it('never writes an assertion to the log', () => {
    expect(text()).not.toContain(headers['x-swiftcart-identity']);
  });
});
