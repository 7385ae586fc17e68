import { createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from './cluster/fault-proxy.ts';

describe('a link between two processes', () => {
  let proxy: FaultProxy;
  let close: () => Promise<void>;
  /** What the server behind the link was sent; it echoes everything. */
  let delivered: string;

  beforeEach(async () => {
    delivered = '';
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        delivered += chunk.toString();
        socket.write(chunk);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    proxy = await startFaultProxy(typeof address === 'object' && address ? address.port : 0);
    close = async () => {
      await proxy[Symbol.asyncDispose]();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    };
  });
  afterEach(() => close());

  const connect = () => {
    const socket = createConnection({ port: proxy.port, host: '127.0.0.1' });
    const client = { socket, received: '', error: undefined as string | undefined };
    socket.on('data', (chunk) => (client.received += chunk.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => (client.error = error.code));
    return client;
  };

  it('carries bytes both ways while nothing is wrong', async () => {
    const client = connect();
    client.socket.write('hello');
    await expect.poll(() => client.received).toBe('hello');
    client.socket.destroy();
  });

  it('delays without mixing up what it carries, even when the delay changes on the way', async () => {
    const client = connect();
    let sent = '';
    for (let index = 0; index < 60; index += 1) {
      if (index % 7 === 0) proxy.inflict({ kind: 'delay', ms: (index * 13) % 90 });
      if (index % 11 === 0) proxy.heal('late');
      sent += `${index},`;
      client.socket.write(`${index},`);
      await sleep(1);
    }
    await expect.poll(() => client.received).toBe(sent);
    client.socket.destroy();
  });

  it('cuts what is open and refuses what comes, until it is healed', async () => {
    const open = connect();
    open.socket.write('a');
    await expect.poll(() => open.received).toBe('a');
    proxy.inflict({ kind: 'cut' });
    await expect.poll(() => open.error).toBe('ECONNRESET');
    const late = connect();
    await expect.poll(() => late.error).toBe('ECONNRESET');
    proxy.heal('late');
    const again = connect();
    again.socket.write('b');
    await expect.poll(() => again.received).toBe('b');
    again.socket.destroy();
  });

  it('swallows in a black hole, and delivers late or never', async () => {
    const client = connect();
    await sleep(30);
    proxy.inflict({ kind: 'blackhole' });
    client.socket.write('late');
    await sleep(100);
    expect(delivered).toBe('');
    expect(client.error).toBeUndefined();
    proxy.heal('late');
    await expect.poll(() => client.received).toBe('late');

    proxy.inflict({ kind: 'blackhole' });
    client.socket.write('never');
    await sleep(50);
    proxy.heal('reset');
    await expect.poll(() => client.error).toBe('ECONNRESET');
    expect(delivered).toBe('late');
  });

  it('loses connections for good without telling anybody, while new ones are well', async () => {
    const client = connect();
    client.socket.write('before');
    await expect.poll(() => client.received).toBe('before');
    proxy.inflict({ kind: 'blackhole' });
    client.socket.write('never');
    proxy.heal('lost');
    client.socket.write('never');
    const again = connect();
    again.socket.write('new');
    await expect.poll(() => again.received).toBe('new');
    expect(delivered).toBe('beforenew');
    expect(client.received).toBe('before');
    expect(client.error).toBeUndefined();
    again.socket.destroy();
  });

  it('delivers a request and resets the connection instead of the reply', async () => {
    const client = connect();
    proxy.inflict({ kind: 'loseReply' });
    client.socket.write('pay');
    await expect.poll(() => client.error).toBe('ECONNRESET');
    expect(delivered).toBe('pay');
    expect(client.received).toBe('');
    expect(proxy.lostReplies).toBe(1);
  });
});
