import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAssertionSigner, generateKeyPair } from '@swiftcart/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSubgraphClient, type HttpServer, type SubgraphClient, startSubgraphServer } from '../src/index.ts';
import { fixtureSubgraph } from './fixture-subgraph.ts';
import { recordingLogger } from './log-lines.ts';

const keyPair = generateKeyPair();
const sign = createAssertionSigner({ keyPair, issuer: 'orders' });
const { logger, lines } = recordingLogger();
const { subgraph } = fixtureSubgraph({ trustedKeys: { keys: [keyPair.publicJwk] }, logger });
const options = { correlationId: 'saga-1' };

describe.each(['in process', 'over HTTP'])('calling a subgraph %s', (way) => {
  let server: HttpServer;
  let client: SubgraphClient;
  beforeAll(async () => {
    server = await startSubgraphServer({ subgraph, host: '127.0.0.1', port: 0, logger });
    const target = way === 'in process' ? { subgraph } : { url: `${server.url}/graphql` };
    client = createSubgraphClient(target, { audience: 'fixture', sign, timeoutMs: 300 });
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('carries the service identity, variables, correlation id and trace context', async () => {
    const query = 'query ($n: Int!) { forService twice(number: $n) correlationId header(name: "traceparent") }';
    const data = await client.request(query, { n: 21 }, { ...options, traceparent: 'tp' });
    expect(data).toEqual({ forService: 'orders', twice: 42, correlationId: 'saga-1', header: 'tp' });
  });

  it('tells a refusal before anything ran, which is definite, from a failure half way, which is not', async () => {
    for (const [query, code, isDefinite] of [
      ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED', true],
      ['{ coded(code: "FORBIDDEN") }', 'FORBIDDEN', true],
      ['{ broken }', 'INTERNAL_SERVER_ERROR', false],
    ] as const) {
      await expect(client.request(query, {}, options)).rejects.toMatchObject({
        code: 'SUBGRAPH_REJECTED',
        isDefinite,
        errors: [{ extensions: { code } }],
      });
    }
    expect(lines).toContainEqual(
      expect.objectContaining({ correlationId: 'saga-1', msg: 'unexpected error in an operation' }),
    );
  });

  it('gives up at its deadline without claiming that nothing happened', async () => {
    const begun = Date.now();
    await expect(client.request('{ slow(ms: 2000) }', {}, options)).rejects.toMatchObject({
      code: 'SUBGRAPH_TIMEOUT',
      isDefinite: false,
    });
    expect(Date.now() - begun).toBeLessThan(1_000);
  });

  it('stops when its caller does', async () => {
    const signal = AbortSignal.timeout(50);
    await expect(client.request('{ slow(ms: 200) }', {}, { ...options, signal })).rejects.toMatchObject({
      code: 'SUBGRAPH_TIMEOUT',
    });
  });

  it('refuses to run a subscription as if it were a query', async () => {
    await expect(client.request('subscription { count(to: 1) }', {}, options)).rejects.toMatchObject({
      code: 'SUBGRAPH_REJECTED',
      isDefinite: true,
    });
  });
});

describe('calling a subgraph that is not there', () => {
  const clientOf = (url: string) => createSubgraphClient({ url }, { audience: 'fixture', sign, timeoutMs: 500 });

  it('is definite when no connection came about', async () => {
    await using client = clientOf('http://127.0.0.1:1/graphql');
    await expect(client.request('{ whoami }', {}, options)).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      isDefinite: true,
    });
  });

  it('is not definite when the connection broke after the request was sent', async () => {
    const server = createServer((req) => req.resume().on('end', () => req.socket.destroy())).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    await using client = clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
    await expect(client.request('mutation { touch }', {}, options)).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      isDefinite: false,
    });
    server.close();
  });

  it('does not take a proxy’s error page for an answer', async () => {
    const server = createServer((_req, res) => res.writeHead(502).end('<html>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    await using client = clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
    await expect(client.request('{ whoami }', {}, options)).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      isDefinite: false,
    });
    server.close();
  });
});
