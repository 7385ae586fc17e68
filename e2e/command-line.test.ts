import { access, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { keyPairFromPem, parseJwks } from '@swiftcart/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopper } from './support/shop-client.ts';
import * as ops from './support/shop-operations.ts';
import { startProcess } from './support/start-process.ts';
import { startShop } from './support/start-shop.ts';

describe('the command-line tools', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'swiftcart-tools-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  async function run(entry: string, env: Record<string, string>, ...args: string[]) {
    await using started = startProcess(entry, env, args);
    const code = await started.exited;
    return { code, output: started.output() };
  }

  it('secrets writes keys that fit together, readable by their owner alone, and never overwrites them', async () => {
    const path = join(directory, 'secrets.env');
    expect(await run('app/src/secrets.ts', {}, path)).toMatchObject({ code: 0 });
    const secrets = parseEnv(await readFile(path, 'utf8')) as Record<string, string>;
    const keys = ['GATEWAY_PRIVATE_KEY', 'ORDERS_PRIVATE_KEY'].map(
      (name) => keyPairFromPem((secrets[name] ?? '').replaceAll('\\n', '\n')).kid,
    );
    expect(parseJwks(JSON.parse(secrets['TRUSTED_SERVICE_KEYS'] ?? '')).keys.map(({ kid }) => kid)).toEqual(keys);
    expect((await stat(path)).mode & 0o077).toBe(0);
    expect(await run('app/src/secrets.ts', {}, path)).toMatchObject({
      code: 1,
      output: expect.stringContaining('exists'),
    });
  });

  it('create-admin makes an admin who can sign in, once', async () => {
    const data = join(directory, 'admin');
    const password = 'a long enough pass phrase 7';
    const args = ['--email', 'boss@example.test', '--name', 'Bina'];
    const env = { DATA_DIR: data, ADMIN_PASSWORD: password };
    expect(await run('app/src/create-admin.ts', env, ...args)).toMatchObject({ code: 0 });
    expect(await run('app/src/create-admin.ts', env, ...args)).toMatchObject({
      code: 1,
      output: expect.stringContaining('EMAIL_TAKEN'),
    });
    expect(await run('app/src/create-admin.ts', env)).toMatchObject({
      code: 2,
      output: expect.stringContaining('usage'),
    });
    await using shop = await startShop('in-process', data);
    const { login } = await shopper(shop.url).send(ops.LOGIN, { email: 'boss@example.test', password });
    expect(login.session.user.roles).toContain('ADMIN');
  });

  it('events lists what is parked, and says what it needs to replay', async () => {
    const env = { DATA_DIR: join(directory, 'admin') };
    expect(await run('app/src/events.ts', env, 'list')).toMatchObject({ code: 0, output: '' });
    const replay = await run('app/src/events.ts', env, 'replay', '--subgraph', 'orders', '--id', 'evt_x');
    expect(replay).toMatchObject({ code: 1, output: expect.stringContaining('REDIS_URL') });
    expect(await run('app/src/events.ts', env, 'list', '--subgraph', 'nothing')).toMatchObject({ code: 2 });
  });

  it('reset clears local data and nothing else', async () => {
    const data = join(directory, 'admin');
    expect(await run('app/src/reset.ts', { DATA_DIR: directory })).toMatchObject({ code: 1 });
    expect(await run('app/src/reset.ts', { DATA_DIR: data })).toMatchObject({ code: 0 });
    await expect(access(data)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await run('app/src/reset.ts', { DATA_DIR: data })).toMatchObject({ code: 0 });
  });

  it.each([
    [{ PORT: 'many' }, 'PORT'],
    [{ NODE_ENV: 'production', SEED: '1' }, 'NODE_ENV'],
    [{ HOST: '0.0.0.0' }, 'DEMO_PASSWORD'],
    [{ NODE_ENV: 'production' }, 'JWT_PRIVATE_KEY'],
    [{ RATE_LIMITS: 'off', NODE_ENV: 'production' }, 'RATE_LIMITS'],
  ])('start stops with %o and names %s', async (env, name) => {
    const { code, output } = await run('app/src/main.ts', { DATA_DIR: join(directory, 'never'), ...env });
    expect(code).toBe(1);
    expect(output).toContain(name);
    expect(output).not.toMatch(/\n\s+at /);
  });

  it('start refuses a data directory that another shop is using', async () => {
    const data = join(directory, 'shared');
    await using first = await startShop('in-process', data);
    const second = await run('app/src/main.ts', { PORT: '0', DATA_DIR: data });
    expect(second.code).toBe(1);
    expect(second.output).toMatch(/in use|lock/i);
    expect(await first.stop()).toBe(0);
  });
});
