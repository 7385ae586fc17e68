import { once } from 'node:events';
import { connect } from 'node:net';
import { deserialize, serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { startEmbeddedMongodb } from '../src/index.ts';
import { seededRandom } from './seeded-random.ts';

function message(opCode: number, body: Buffer, requestId = 1): Buffer {
  const whole = Buffer.alloc(16 + body.byteLength);
  whole.writeInt32LE(whole.byteLength, 0);
  whole.writeInt32LE(requestId, 4);
  whole.writeInt32LE(opCode, 12);
  body.copy(whole, 16);
  return whole;
}

function opMsg(command: object, requestId?: number): Buffer {
  return message(2013, Buffer.concat([Buffer.alloc(5), serialize(command)]), requestId);
}

function opQuery(command: object): Buffer {
  const head = Buffer.concat([
    Buffer.alloc(4),
    Buffer.from('admin.$cmd\0'),
    Buffer.from([0, 0, 0, 0, 255, 255, 255, 255]),
  ]);
  return message(2004, Buffer.concat([head, serialize(command)]));
}

async function startSocket() {
  const server = await startEmbeddedMongodb({ memory: true });
  const open = async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  return { open, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function answerTo(socket: Awaited<ReturnType<Awaited<ReturnType<typeof startSocket>>['open']>>, bytes: Buffer) {
  socket.write(bytes);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  const isReply = reply.readInt32LE(12) === 1;
  return { responseTo: reply.readInt32LE(8), body: deserialize(reply.subarray(isReply ? 36 : 21)) };
}

describe('the wire protocol', () => {
  it('answers the first hello in the old form, as a standalone that speaks the new one', async () => {
    await using wire = await startSocket();
    const socket = await wire.open();
    const { body } = await answerTo(socket, opQuery({ ismaster: 1, helloOk: true }));
    expect(body).toMatchObject({
      ismaster: true,
      helloOk: true,
      maxWireVersion: 25,
      logicalSessionTimeoutMinutes: 30,
      ok: 1,
    });
    expect(body).not.toHaveProperty('setName');
    socket.destroy();
  });

  it('understands messages however the network cuts them, and answers in their order', async () => {
    await using wire = await startSocket();
    const socket = await wire.open();
    const bytes = Buffer.concat([opMsg({ ping: 1, $db: 'admin' }, 7), opMsg({ nonsense: 1, $db: 'admin' }, 8)]);
    const answers: number[] = [];
    const received = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        for (let at = 0; at < chunk.byteLength; at += chunk.readInt32LE(at)) answers.push(chunk.readInt32LE(at + 8));
        if (answers.length === 2) resolve();
      });
    });
    for (const byte of bytes) socket.write(Buffer.from([byte]));
    await received;
    expect(answers).toEqual([7, 8]);
    socket.destroy();
  });

  it('survives 400 broken messages and still serves the next client', async () => {
    await using wire = await startSocket();
    const random = seededRandom();
    for (let round = 0; round < 400; round += 1) {
      const socket = await wire.open();
      const good = opMsg({ insert: 'things', documents: [{ a: 'x'.repeat(20) }], $db: 'test' });
      const broken = Buffer.from(good);
      for (let hits = 0; hits < 3; hits += 1) broken[4 + random.below(broken.byteLength - 4)] = random.below(256);
      if (random.next() < 0.2) broken.writeInt32LE(random.below(2 ** 31) - 2 ** 30, 0);
      socket.resume().end(broken);
      await once(socket, 'close');
    }
    const socket = await wire.open();
    expect((await answerTo(socket, opMsg({ ping: 1, $db: 'admin' }, 9))).body, `seed ${random.seed}`).toEqual({
      ok: 1,
    });
    socket.destroy();
  });
});
