import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { repositoryPath } from '../src/repository-path.ts';

const subgraphs = ['users', 'catalog', 'orders', 'delivery'];

describe('npm run compose', () => {
  // Each case starts the compiler anew, some of them three times.
  vi.setConfig({ testTimeout: 90_000 });
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'swiftcart-compose-'));
    for (const name of subgraphs) {
      await cp(
        repositoryPath(`subgraphs/${name}/schema.graphql`),
        join(directory, 'subgraphs', name, 'schema.graphql'),
      );
    }
    await cp(repositoryPath('supergraph.yaml'), join(directory, 'supergraph.yaml'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  function compose(...args: string[]): Promise<{ code: number; output: string }> {
    const entry = repositoryPath('app/src/compose/main.ts');
    const config = ['--config', join(directory, 'supergraph.yaml'), '--output', directory];
    return new Promise((resolve) => {
      execFile(process.execPath, ['--import', 'tsx', entry, ...config, ...args], (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
      });
    });
  }
  const change = async (name: string, from: string, to: string) => {
    const path = join(directory, 'subgraphs', name, 'schema.graphql');
    const text = await readFile(path, 'utf8');
    expect(text).toContain(from);
    await writeFile(path, text.replace(from, to));
  };

  it('writes what is committed, and --check then agrees', async () => {
    expect((await compose()).code).toBe(0);
    for (const file of ['supergraph.graphql', 'schema.graphql']) {
      expect(await readFile(join(directory, file), 'utf8')).toBe(
        await readFile(repositoryPath(`gateway/${file}`), 'utf8'),
      );
    }
    expect(await compose('--check')).toMatchObject({ code: 0 });
  });

  it('--check fails when a schema was changed, and leaves the files alone', async () => {
    await compose();
    await change('delivery', 'enum DeliveryState {', 'enum DeliveryState {\n  "New."\n  RETURNED');
    const before = await readFile(join(directory, 'supergraph.graphql'), 'utf8');
    const { code, output } = await compose('--check');
    expect(code).toBe(1);
    expect(output).toMatch(/stale\s+\S*supergraph\.graphql: run `npm run compose`/);
    expect(await readFile(join(directory, 'supergraph.graphql'), 'utf8')).toBe(before);
  });

  it('names subgraph and place of what does not compose', async () => {
    await change('delivery', '@provides(fields: "number")', '@provides(fields: "numbr")');
    const { code, output } = await compose();
    expect(code).toBe(1);
    expect(output).toMatch(/delivery \S*delivery\/schema\.graphql:\d+:\d+.* PROVIDES_INVALID_FIELDS/);
  });

  it('names subgraph and place of a syntax error', async () => {
    await change('orders', 'type Cart ', 'typ Cart ');
    const { code, output } = await compose();
    expect(code).toBe(1);
    expect(output).toMatch(/orders \S*orders\/schema\.graphql:\d+:\d+ SYNTAX/);
  });

  it('names the entry of supergraph.yaml that lacks a part', async () => {
    await writeFile(
      join(directory, 'supergraph.yaml'),
      'subgraphs:\n  users:\n    schema: { file: subgraphs/users/schema.graphql }\n',
    );
    expect(await compose()).toMatchObject({
      code: 1,
      output: expect.stringContaining('subgraph "users" needs a "routing_url"'),
    });
  });
});
