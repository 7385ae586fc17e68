import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/embedded-mongodb.js', import.meta.url));

function runBin(...args: string[]) {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  return { child, output, exited: once(child, 'exit') as Promise<[number | null, string | null]> };
}

describe('npx embedded-mongodb', () => {
  it('serves a directory, refuses it to a second process, and stops cleanly on SIGTERM', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'embedded-mongodb-cli-'));
    const first = runBin('--port', '0', '--data', directory);
    try {
      await once(first.child.stdout, 'data');
      const { listening } = JSON.parse(first.output.stdout) as { listening: string };
      const client = await MongoClient.connect(listening);
      await client.db('test').collection('things').insertOne({ n: 1 });
      await client.close();
      const second = runBin('--port', '0', '--data', directory);
      expect((await second.exited)[0]).toBe(1);
      expect(second.output.stderr).toContain(`is in use by process ${first.child.pid}`);
    } finally {
      first.child.kill('SIGTERM');
    }
    expect(await first.exited).toEqual([0, null]);
    expect(first.output.stdout).toMatch(/stopped\n$/);
    expect(readdirSync(directory)).toEqual(['journal-00000001']);
    rmSync(directory, { recursive: true, force: true });
  });

  it('names the argument that it cannot use', async () => {
    const bad = runBin('--port', 'abc');
    expect((await bad.exited)[0]).toBe(1);
    expect(bad.output.stderr).toContain('--port abc is no port');
  });
});
