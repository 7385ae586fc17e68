import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ConfigError, createLogger, openWhenReachable } from '../src/index.ts';
import { launchFixture } from './launch-fixture.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
const address = { host: '127.0.0.1', port: 0, logger, basePauseMs: 1, maxPauseMs: 5 };
const never = new AbortController().signal;

/** Something that listens, or not yet, for a process to depend on. */
async function reservePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return {
    port,
    async open() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

describe('a process whose database is away when it starts', () => {
  it('lives without being ready, and is ready once the database is there', async () => {
    await using database = await reservePort();
    await using own = await reservePort();
    using run = launchFixture({ FIXTURE_PORT: String(own.port), FIXTURE_NEEDS: String(database.port) });
    const url = `http://127.0.0.1:${own.port}`;
    await run.answers(`${url}/health/live`, 200);
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(503);
    const refused = await fetch(`${url}/graphql`, { method: 'POST', body: '{}' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);

    await database.open();
    await run.answers(`${url}/health/ready`, 200);
    run.child.kill('SIGTERM');
    expect(await run.exit).toMatchObject({ code: 0, out: `${url}\nstopped\n` });
  });

  it('stops when it is told to, although it was never up', async () => {
    await using database = await reservePort();
    await using own = await reservePort();
    using run = launchFixture({ FIXTURE_PORT: String(own.port), FIXTURE_NEEDS: String(database.port) });
    await run.answers(`http://127.0.0.1:${own.port}/health/live`, 200);
    run.child.kill('SIGTERM');
    expect(await run.exit).toMatchObject({ code: 0, signal: null, out: 'stopped\n', err: '' });
  });

  it('still stops at once when it is told something malformed', async () => {
    await using database = await reservePort();
    using run = launchFixture({ FIXTURE_MODE: 'nonsense', FIXTURE_NEEDS: String(database.port) });
    expect(await run.exit).toMatchObject({ code: 1, err: expect.stringContaining('FIXTURE_MODE must be one of') });
  });
});

describe('opening what may be out of reach', () => {
  it('tries until it works', async () => {
    let tries = 0;
    const part = { [Symbol.asyncDispose]: async () => undefined };
    const open = async () => {
      tries += 1;
      if (tries < 4) throw new Error('not yet');
      return part;
    };
    expect(await openWhenReachable(open, { ...address, signal: never })).toBe(part);
    expect(tries).toBe(4);
  });

  it('does not wait for a setting to mend itself', async () => {
    const open = () => Promise.reject(new ConfigError('KEY must be a key'));
    await expect(openWhenReachable(open, { ...address, signal: never })).rejects.toThrow('KEY must be a key');
  });

  it('says at once that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    let tries = 0;
    const open = async () => {
      tries += 1;
      throw new Error('not yet');
    };
    await expect(openWhenReachable(open, { ...address, port, signal: never })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    expect(tries).toBe(0);
    other.close();
  });

  it('closes what an attempt opened after it was no longer wanted', async () => {
    const stopping = new AbortController();
    let isDisposed = false;
    let finish: () => void = () => undefined;
    const opened = new Promise<AsyncDisposable>((resolve) => {
      const dispose = async () => {
        isDisposed = true;
      };
      finish = () => resolve({ [Symbol.asyncDispose]: dispose });
    });
    const waiting = openWhenReachable(() => opened, { ...address, signal: stopping.signal });
    waiting.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    stopping.abort(new Error('told to stop'));
    await expect(waiting).rejects.toThrow('told to stop');
    finish();
    await expect.poll(() => isDisposed).toBe(true);
  });
});
