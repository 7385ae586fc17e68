import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compose } from '../fixtures/start-supergraph.ts';
import { openRawSocket } from './raw-socket.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

test('on SIGTERM a gateway process sends its sockets elsewhere, takes no new ones, and ends in order', {
  timeout: 60_000,
}, async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'drain-')), 'supergraph.graphql');
  await writeFile(
    path,
    compose({ one: { typeDefs: 'type Query { a: Int }' } }, () => 'http://127.0.0.1:9/graphql'),
  );
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--supergraph', path, '--port', '0'], {
    env: { PATH: process.env['PATH'] ?? '', LOG_LEVEL: 'error', DRAIN_TIMEOUT_MS: '2000' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += String(chunk);
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  const url = /http:\S+(?=\/graphql)/.exec(out)?.[0] ?? '';
  const sockets = await Promise.all(Array.from({ length: 100 }, () => openRawSocket(url)));
  child.kill('SIGTERM');
  const first = await Promise.race(sockets.map((socket) => socket.closed));
  expect(first).toEqual({ code: 1001, reason: 'Going away' });
  // In batches: most are still there when the first has gone, and nobody new is let in meanwhile.
  expect(sockets.filter(({ socket }) => socket.readyState === socket.OPEN).length).toBeGreaterThan(10);
  await expect(openRawSocket(url)).rejects.toThrow();
  const codes = new Set((await Promise.all(sockets.map((socket) => socket.closed))).map(({ code }) => code));
  expect(codes).toEqual(new Set([1001]));
  const [code] = await exited;
  expect(code).toBe(0);
  expect(out.trim().endsWith('stopped')).toBe(true);
});
