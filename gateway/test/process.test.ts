import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGraphqlClient } from '@swiftcart/testkit';
import { expect, test } from 'vitest';
import { gatewayLimits } from '../src/index.ts';
import { startScriptedSubgraph } from './fixtures/scripted-subgraph.ts';
import { compose } from './fixtures/start-supergraph.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function run(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    env: { PATH: process.env['PATH'] ?? '', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function outputOf(child: ChildProcess): Promise<{ out: string; err: string; code: number | null }> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += String(chunk);
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { out, err, code };
}

/** Everything a public compatibility suite needs to be pointed at: a file, URLs, a port, a health check, GraphQL over HTTP. */
test('runs an arbitrary supergraph file on a chosen port, with subgraphs at arbitrary URLs', async () => {
  await using inventory = await startScriptedSubgraph(({ variables }) => ({
    _entities: variables.representations?.map(() => ({ inStock: true })),
  }));
  await using products = await startScriptedSubgraph(() => ({
    top: { __typename: 'Product', upc: '1', name: 'Chair' },
  }));
  const typeDefs = {
    products: { typeDefs: 'type Query { top: Product } type Product @key(fields: "upc") { upc: ID! name: String }' },
    inventory: { typeDefs: 'type Product @key(fields: "upc") { upc: ID! inStock: Boolean }' },
  };
  const path = join(await mkdtemp(join(tmpdir(), 'suite-')), 'any.graphql');
  await writeFile(
    path,
    compose(typeDefs, (name) => (name === 'products' ? products.url : 'http://elsewhere.invalid/graphql')),
  );
  const child = run(['--supergraph', path, '--port', '0'], { SUBGRAPH_URLS: `inventory=${inventory.url}` });
  const [line] = (await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer];
  const url = /http:\S+\/graphql/.exec(String(line))?.[0] ?? '';

  const health = await fetch(url.replace('/graphql', '/health/ready'));
  expect(health.status).toBe(200);
  const reply = await createGraphqlClient(url).request('{ top { name inStock } }');
  expect(reply.data).toEqual({ top: { name: 'Chair', inStock: true } });
  const metrics = await (await fetch(url.replace('/graphql', '/metrics'))).text();
  expect(metrics).toContain('subgraph="inventory"');

  const ended = outputOf(child);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, out: expect.stringContaining('stopped') });
});

test('lists every option with its default', async () => {
  const { out, code } = await outputOf(run(['--help']));
  expect(code).toBe(0);
  for (const { env, default: value } of gatewayLimits) {
    expect(out).toMatch(new RegExp(`  ${env}\\n.*\\(default: ${value}\\)`));
  }
});

test.each([
  { env: {}, named: 'SUPERGRAPH_PATH' },
  { env: { SUPERGRAPH_PATH: '/nowhere/supergraph.graphql' }, named: 'SUPERGRAPH_PATH' },
  { env: { SUPERGRAPH_PATH: main, MAX_DEPTH: 'deep' }, named: 'MAX_DEPTH' },
  { env: { SUPERGRAPH_PATH: main, NODE_ENV: 'production', RATE_LIMITS: 'off' }, named: 'RATE_LIMITS' },
  { env: { SUPERGRAPH_PATH: main, RATE_LIMIT_FIELDS: 'login' }, named: 'RATE_LIMIT_FIELDS' },
  { env: { SUPERGRAPH_PATH: main, PERSISTED_OPERATIONS: 'only' }, named: 'PERSISTED_OPERATIONS_PATH' },
])('stops at once and names what is wrong: $named ($env)', async ({ env, named }) => {
  const { err, code } = await outputOf(run([], env as unknown as Record<string, string>));
  expect([code, err]).toEqual([1, expect.stringContaining(named)]);
});
