import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@swiftcart/service';
import { serverAudits } from 'graphql-http';
import { describe, expect, test } from 'vitest';
import { library } from './fixtures/library.ts';
import { startSupergraph } from './fixtures/start-supergraph.ts';

const json = { 'content-type': 'application/json' };

describe('the GraphQL-over-HTTP audit', async () => {
  const graph = await startSupergraph(library());
  for (const audit of serverAudits({ url: `${graph.gateway.url}/graphql` })) {
    test(audit.name, async () => {
      const result = await audit.fn();
      expect(result.status, 'reason' in result ? result.reason : undefined).toBe('ok');
    });
  }
  test('ends', () => graph[Symbol.asyncDispose]());
});

describe('what is read', () => {
  test.each([
    { what: 'a form', headers: { 'content-type': 'application/x-www-form-urlencoded' }, status: 415 },
    { what: 'plain text', headers: { 'content-type': 'text/plain' }, status: 415 },
    { what: 'multipart', headers: { 'content-type': 'multipart/form-data; boundary=x' }, status: 415 },
    { what: 'JSON in UTF-16', headers: { 'content-type': 'application/json; charset=utf-16' }, status: 415 },
    { what: 'compressed JSON', headers: { ...json, 'content-encoding': 'gzip' }, status: 415 },
    { what: 'JSON in UTF-8', headers: { 'content-type': 'application/json; charset=utf-8' }, status: 200 },
  ])('$what is answered with $status', async ({ headers, status }) => {
    await using graph = await startSupergraph(library());
    const response = await fetch(`${graph.gateway.url}/graphql`, {
      method: 'POST',
      headers,
      body: '{"query":"{ __typename }"}',
    });
    expect(response.status).toBe(status);
  });

  test('refuses a batch, because it would be many requests at the price of one', async () => {
    await using graph = await startSupergraph(library());
    const body = JSON.stringify([{ query: '{ __typename }' }]);
    const response = await fetch(`${graph.gateway.url}/graphql`, { method: 'POST', headers: json, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('refuses a body beyond the limit, however it is framed', async () => {
    await using graph = await startSupergraph(library());
    const body = JSON.stringify({ query: '{ __typename }', padding: 'x'.repeat(100_000) });
    const whole = await fetch(`${graph.gateway.url}/graphql`, { method: 'POST', headers: json, body });
    const stream = new Blob([body]).stream();
    const chunked = await fetch(`${graph.gateway.url}/graphql`, {
      method: 'POST',
      headers: json,
      body: stream,
      duplex: 'half',
    } as RequestInit);
    expect([whole.status, chunked.status]).toEqual([413, 413]);
    expect(await whole.json()).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_TOO_LARGE' } }] });
  });
});

describe('GET', () => {
  const get = (url: string, query: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/graphql?${new URLSearchParams({ query })}`, { headers: { accept: 'application/json', ...headers } });

  test('answers queries and refuses mutations with 405', async () => {
    await using graph = await startSupergraph(library());
    expect((await get(graph.gateway.url, '{ whoami }')).status).toBe(200);
    const mutation = await get(graph.gateway.url, 'mutation { rename(id: "b1", title: "X") { id } }');
    expect([mutation.status, mutation.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test.each([
    { name: 'an image or script of another site', headers: { accept: 'image/*', 'sec-fetch-site': 'cross-site' } },
    { name: 'a script of another site that names JSON', headers: { 'sec-fetch-site': 'cross-site' } },
    { name: 'a page of a sibling domain', headers: { 'sec-fetch-site': 'same-site' } },
    { name: 'an old browser with cookies', headers: { cookie: 'a=b' } },
  ])('refuses what could be $name', async ({ headers }) => {
    await using graph = await startSupergraph(library());
    expect((await get(graph.gateway.url, '{ whoami }', headers)).status).toBeGreaterThanOrEqual(400);
    const asked = await get(graph.gateway.url, '{ whoami }', {
      ...headers,
      accept: '*/*',
      'apollo-require-preflight': '1',
    });
    expect(asked.status).toBe(200);
  });
});

describe('CORS', () => {
  test('lets listed origins read answers and answers their preflight, and no others', async () => {
    await using graph = await startSupergraph(library(), { corsOrigins: ['https://shop.test'] });
    const preflight = (origin: string) =>
      fetch(`${graph.gateway.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const allowed = await preflight('https://shop.test');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.test');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('x-cart-token');
    expect((await preflight('https://evil.test')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('what browsers are told', () => {
  test('answers may not be framed, sniffed or run; the landing page alone may load its own scripts', async () => {
    await using graph = await startSupergraph(library());
    const { headers } = await graph.client.request('{ whoami }');
    expect(headers.get('content-security-policy')).toBe(`default-src 'none'; frame-ancestors 'none'`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const page = await fetch(`${graph.gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain('apollographql.com');
    expect(await page.text()).toContain('sandbox');
  });

  test('shows no landing page and no schema in production', async () => {
    await using graph = await startSupergraph(library(), { isProduction: true });
    const page = await fetch(`${graph.gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type') ?? '').not.toContain('text/html');
    const reply = await graph.client.request('{ __schema { queryType { name } } }');
    expect(reply.errors?.[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    const misspelt = await graph.client.request('{ bok }');
    expect(misspelt.errors?.[0]?.message).toBe('Cannot query field "bok" on type "Query".');
    expect((await graph.client.request('{ __typename }')).data).toEqual({ __typename: 'Query' });
  });
});

describe('errors', () => {
  test('carry a code and the correlation id under which the log has more', async () => {
    await using graph = await startSupergraph(library());
    const reply = await graph.client.request('{ nothing }', {}, { headers: { 'x-correlation-id': 'trace-1' } });
    expect(reply.errors).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', correlationId: 'trace-1' } },
    ]);
    const parse = await graph.client.request('{');
    expect(parse.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
    const variables = await graph.client.request('query ($id: ID!) { book(id: $id) { id } }', {});
    expect(variables.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('of validation are at most five, so that they cannot outgrow the request', async () => {
    await using graph = await startSupergraph(library());
    const reply = await graph.client.request(`{ ${Array.from({ length: 15 }, (_, index) => `no${index}`).join(' ')} }`);
    expect(reply.errors).toHaveLength(5);
  });

  test('a subscription over a plain POST is refused with words, not with a fault', async () => {
    await using graph = await startSupergraph(library());
    const reply = await graph.client.request('subscription { bookAdded(count: 1) { id } }');
    expect(reply).toMatchObject({ status: 405, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('persisted operations', () => {
  const query = '{ whoami }';
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const send = async (url: string, body: object, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) };
    const response = await fetch(`${url}/graphql`, init);
    return { status: response.status, ...((await response.json()) as { data?: unknown; errors?: unknown }) };
  };
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  const manifest = async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'manifest-')), 'manifest.json');
    const operations = [{ id: 'op-1', name: 'Who', type: 'query', body: 'query Who { whoami }' }];
    await writeFile(path, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }));
    return path;
  };

  test('are remembered automatically once their text has been seen', async () => {
    await using graph = await startSupergraph(library());
    expect(await send(graph.gateway.url, { extensions })).toMatchObject({
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    expect((await send(graph.gateway.url, { query, extensions })).data).toEqual({ whoami: 'anonymous' });
    expect((await send(graph.gateway.url, { extensions })).data).toEqual({ whoami: 'anonymous' });
  });

  test('are not stored under a hash that is not theirs', async () => {
    await using graph = await startSupergraph(library());
    const other = await send(graph.gateway.url, { query: '{ books { id } }', extensions });
    expect(other).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('of a safelist run by id and by text, and alone where only they may', async () => {
    const persistedOperations = { safelist: 'only', manifestPath: await manifest() } as const;
    await using graph = await startSupergraph(library(), { persistedOperations });
    const byId = { extensions: { persistedQuery: { version: 1, sha256Hash: 'op-1' } } };
    expect((await send(graph.gateway.url, byId)).data).toEqual({ whoami: 'anonymous' });
    expect((await send(graph.gateway.url, { query: 'query Who { whoami }' })).data).toEqual({ whoami: 'anonymous' });
    expect(await send(graph.gateway.url, { query })).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_ONLY' } }],
    });
  });

  test('that are merely preferred let others run, and say in the log which', async () => {
    const persistedOperations = { safelist: 'prefer', manifestPath: await manifest() } as const;
    const lines: { msg: string; correlationId?: string; query?: string }[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const logger = createLogger({ name: 'gateway', destination });
    await using graph = await startSupergraph(library(), { persistedOperations, logger });
    expect((await send(graph.gateway.url, { query }, { 'x-correlation-id': 'unlisted-1' })).data).toEqual({
      whoami: 'anonymous',
    });
    expect(lines.find(({ msg }) => msg.includes('not on the safelist'))).toMatchObject({
      correlationId: 'unlisted-1',
      query,
    });
  });
});
