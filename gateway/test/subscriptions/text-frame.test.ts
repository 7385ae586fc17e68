import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { writeTextFrame } from '../../src/subscriptions/text-frame.ts';

const before = Buffer.from('{"id":"é","type":"next","payload":');
const after = Buffer.from('}');

/** Sizes of a message on both sides of every boundary: of RFC 6455's three lengths, and of what is copied. */
const around = before.length + after.length;
const lengths = [around, 125, 126, 127, around + 16_384, around + 16_385, 65_535, 65_536, 300_000];

test('a message of every size arrives whole and in its place among those that ws sends itself', async () => {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const payloads = lengths.map((length) => Buffer.alloc(length - around, 'x'));
  http.on('upgrade', (req, stream, head) => {
    server.handleUpgrade(req, stream, head, (socket) => {
      for (const [index, payload] of payloads.entries()) {
        socket.send(`${index}`);
        writeTextFrame(stream, before, payload, after);
      }
      socket.close(1000, 'done');
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const received: string[] = [];
  client.on('message', (data, isBinary) => received.push(isBinary ? 'binary' : String(data)));
  const [code] = await once(client, 'close');
  expect(code).toBe(1000);
  // Not the strings themselves: a difference between 300,000 characters is no use to a reader.
  const expected = payloads.flatMap((payload, index) => [`${index}`, `${before}${payload}${after}`]);
  expect(received.map((text) => text.length)).toEqual(expected.map((text) => text.length));
  expect(received.every((text, index) => text === expected[index])).toBe(true);
  http.close();
});
