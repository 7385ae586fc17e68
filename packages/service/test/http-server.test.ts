import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createMetrics, type HttpServerOptions, readBody, respondJson, startHttpServer } from '../src/index.ts';
import { recordingLogger } from './log-lines.ts';

const { logger, lines } = recordingLogger();
const start = (options: Partial<HttpServerOptions> = {}) =>
  startHttpServer({ host: '127.0.0.1', port: 0, logger, routes: [], ...options });
const statusOf = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;

describe('http server', () => {
  it('is live as soon as it runs, and ready when its parts are', async () => {
    let isReady: () => boolean | Promise<boolean> = () => false;
    await using server = await start({ isReady: () => isReady() });
    expect(await statusOf(`${server.url}/health/live`)).toBe(200);
    expect(await statusOf(`${server.url}/health/ready`)).toBe(503);
    isReady = () => true;
    expect(await statusOf(`${server.url}/health/ready`)).toBe(200);
    isReady = () => Promise.reject(new Error('database away'));
    expect(await statusOf(`${server.url}/health/ready`)).toBe(503);
    expect(await statusOf(`${server.url}/health/live`)).toBe(200);
  });

  it('outlives an upgrade handler that throws: its socket closes, others go on', async () => {
    const handle = () => {
      throw new Error('no room for this socket');
    };
    await using server = await start({ onUpgrade: [{ path: '/ws', handle }] });
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await once(socket, 'close');
    expect(await statusOf(`${server.url}/health/live`)).toBe(200);
    expect(lines.find(({ msg }) => msg === 'upgrade failed')).toMatchObject({
      err: { message: 'no room for this socket' },
    });
  });

  it('finds routes by path and method, exact ones before prefixes, whatever the query string', async () => {
    const say = (text: string) => (_req: unknown, res: Parameters<typeof respondJson>[0]) =>
      respondJson(res, 200, text);
    await using server = await start({
      routes: [
        { method: 'GET', path: '/a/*', handle: say('prefix') },
        { method: 'GET', path: '/a/exact', handle: say('exact') },
        { method: 'POST', path: '/post', handle: say('post') },
      ],
    });
    expect(await (await fetch(`${server.url}/a/exact?x=1`)).json()).toBe('exact');
    expect(await (await fetch(`${server.url}/a/b/c`)).json()).toBe('prefix');
    expect(await statusOf(`${server.url}/a/exact`, { method: 'HEAD' })).toBe(200);
    expect(await statusOf(`${server.url}/nowhere`)).toBe(404);
    const refused = await fetch(`${server.url}/post`);
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('answers 500 without details when a handler throws, and goes on', async () => {
    await using server = await start({
      routes: [{ path: '/broken', handle: () => Promise.reject(new Error('password is hunter2')) }],
    });
    const response = await fetch(`${server.url}/broken`, { headers: { 'x-correlation-id': 'broken-1' } });
    expect([response.status, await response.text()]).toEqual([500, '{"error":"Something went wrong on our side."}']);
    expect(response.headers.get('x-correlation-id')).toBe('broken-1');
    expect(lines).toContainEqual(expect.objectContaining({ correlationId: 'broken-1', msg: 'request failed' }));
    expect(await statusOf(`${server.url}/health/live`)).toBe(200);
  });

  it('survives a client that leaves in the middle of its body', async () => {
    await using server = await start({
      routes: [
        {
          method: 'POST',
          path: '/in',
          handle: async (req, res) => respondJson(res, 200, (await readBody(req, 100)).length),
        },
      ],
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.write('POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf');
    await once(socket, 'connect');
    await sleep(30);
    socket.destroy();
    expect(await statusOf(`${server.url}/in`, { method: 'POST', body: 'x'.repeat(100) })).toBe(200);
    expect(await statusOf(`${server.url}/in`, { method: 'POST', body: 'x'.repeat(101) })).toBe(413);
  });

  it('keeps odd method names out of the metrics', async () => {
    const metrics = createMetrics({ service: 'test' });
    await using server = await start({ metrics });
    for (const method of ['PURGE', 'BREW', 'PROPFIND']) {
      const sent = request(`${server.url}/health/live`, { method }).end();
      sent.on('error', () => undefined);
      await Promise.race([once(sent, 'response').then(([response]) => response.resume()), once(sent, 'error')]);
    }
    const text = await metrics.render();
    expect(text).not.toMatch(/PURGE|BREW|PROPFIND/);
    expect(text).toContain('method="other"');
  });

  it('rejects a port that is taken', async () => {
    await using server = await start();
    await expect(start({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('draining', () => {
  const slowRoute = {
    path: '/slow',
    handle: async (_req: unknown, res: Parameters<typeof respondJson>[0]) => {
      await sleep(300);
      respondJson(res, 200, 'done');
    },
  };

  it('says it is no longer ready while it still serves, so that load balancers turn away first', async () => {
    const server = await start({ drainGraceMs: 300 });
    const drained = server.drain(2_000);
    await sleep(20);
    const ready = await fetch(`${server.url}/health/ready`);
    expect([ready.status, await ready.json(), ready.headers.get('connection')]).toEqual([
      503,
      { status: 'draining' },
      'close',
    ]);
    expect(await statusOf(`${server.url}/health/live`)).toBe(200);
    await drained;
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });

  it('closes idle connections, waits for the active one, then refuses new ones', async () => {
    const server = await start({ routes: [slowRoute] });
    const agent = new Agent({ keepAlive: true });
    const idle = request(`${server.url}/health/live`, { agent }).end();
    const [idleResponse] = await once(idle, 'response');
    idleResponse.resume();
    const answer = fetch(`${server.url}/slow`).then((response) => response.json());
    await sleep(50);
    const begun = Date.now();
    await server.drain(5_000);
    expect(await answer).toBe('done');
    expect(Date.now() - begun).toBeLessThan(2_000);
    await expect(fetch(`${server.url}/slow`)).rejects.toThrow();
    agent.destroy();
  });

  it('cuts off what is not done in time', async () => {
    const server = await start({ routes: [{ path: '/never', handle: () => undefined }] });
    const answer = fetch(`${server.url}/never`).then(
      () => 'answered',
      () => 'cut off',
    );
    await sleep(50);
    await server.drain(200);
    expect(await answer).toBe('cut off');
  });
});
