import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { newEvent } from '@swiftcart/events';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { createSmtpMailSender } from '../src/ports/smtp-mail-sender.ts';
import { createWebhookSmsSender } from '../src/ports/webhook-sms-sender.ts';
import { signUp, startUsers } from './users-fixture.ts';

const mail = {
  messageId: 'evt_1@swiftcart',
  to: 'asha@example.com',
  subject: 'नमस्ते',
  text: 'Hello',
  html: '<p>Hello</p>',
};
const from = 'Swiftcart <no-reply@swiftcart.test>';
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A real SMTP server on loopback; `refuse` may answer a recipient with an SMTP error code. */
async function startSmtp(options: SMTPServerOptions & { refuse?: () => number | undefined } = {}) {
  const received: { to: string[]; raw: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onRcptTo(_address, _session, callback) {
      const responseCode = options.refuse?.();
      callback(responseCode === undefined ? null : Object.assign(new Error('not now'), { responseCode }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        received.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
        });
        callback(null);
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  closing.push(() => new Promise((resolve) => server.close(() => resolve(undefined))));
  const { port } = server.server.address() as AddressInfo;
  return { received, port, url: `smtp://127.0.0.1:${port}` };
}

test('a mail arrives with text and HTML, its recipient and its id', async () => {
  const { url, received } = await startSmtp();
  await using sender = createSmtpMailSender({ url, from });
  expect(await sender.send(mail)).toEqual({ kind: 'accepted' });
  expect(received[0]?.to).toEqual(['asha@example.com']);
  expect(received[0]?.raw).toContain('Message-ID: <evt_1@swiftcart>');
  expect(received[0]?.raw).toContain('From: Swiftcart <no-reply@swiftcart.test>');
  expect(received[0]?.raw).toMatch(/multipart\/alternative/);
});

test.each([
  [451, { kind: 'refused', isPermanent: false }],
  [550, { kind: 'refused', isPermanent: true }],
])('the answer %i is a definite refusal', async (code, outcome) => {
  const { url } = await startSmtp({ refuse: () => code });
  await using sender = createSmtpMailSender({ url, from });
  expect(await sender.send(mail)).toMatchObject(outcome);
});

test('a server that is not there has refused definitely: nothing was sent', async () => {
  const closed = createTcpServer();
  closed.listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  await using sender = createSmtpMailSender({ url: `smtp://127.0.0.1:${port}`, from });
  expect(await sender.send(mail)).toMatchObject({ kind: 'refused', isPermanent: false });
});

test('a wrong sign-in at the server is ours to mend, so the mail waits', async () => {
  const { port } = await startSmtp({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, callback) => callback(new Error('wrong password')),
  });
  await using sender = createSmtpMailSender({ url: `smtp://shop:wrong@127.0.0.1:${port}`, from });
  expect(await sender.send(mail)).toMatchObject({ kind: 'refused', isPermanent: false });
});

test('a connection that breaks after the message was sent leaves it unknown', async () => {
  const sockets = new Set<Socket>();
  const { port } = await startSmtp({
    onData(stream) {
      // The server has the whole message and is gone before it says so.
      stream.resume().on('end', () => {
        for (const socket of sockets) socket.destroy();
      });
    },
  });
  const proxy = createTcpServer((client) => {
    const server = connect(port, '127.0.0.1');
    for (const socket of [client, server]) sockets.add(socket.on('error', () => undefined));
    client.pipe(server).pipe(client);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  closing.push(() => new Promise((resolve) => proxy.close(resolve)));
  await using sender = createSmtpMailSender({ url: `smtp://127.0.0.1:${(proxy.address() as AddressInfo).port}`, from });
  expect(await sender.send(mail)).toMatchObject({ kind: 'unknown' });
});

test('a notification that was refused for now is sent again later, once, with the same id', async () => {
  let refusals = 1;
  const { url, received } = await startSmtp({ refuse: () => (refusals-- > 0 ? 451 : undefined) });
  await using shop = await startUsers({ smtpUrl: url });
  const customerId = 'usr_demo_customer';
  await shop.service.seedDemoAccounts({ password: 'swiftcart-demo-1' });
  const placed = (orderId: string) => {
    const payload = { orderId, orderNumber: orderId, customerId, grandTotal: 100 };
    return newEvent({
      topic: 'orders',
      kind: 'order.placed',
      key: orderId,
      correlationId: 'req_1',
      payload,
      now: shop.now(),
    });
  };
  const first = placed('ord_1');
  await shop.bus.publish(first);
  await expect.poll(() => refusals).toBe(0);
  await shop.service.messagesSettled();
  expect(received).toHaveLength(0);
  shop.advance(31_000);
  const second = placed('ord_2');
  await shop.bus.publish(second);
  await expect.poll(() => received.length).toBe(2);
  await shop.service.messagesSettled();
  const ids = received.map(({ raw }) => /Message-ID: <(evt_\w+)@swiftcart>/.exec(raw)?.[1]).sort();
  expect(ids).toEqual([first.id, second.id].sort());
});

test('the welcome mail goes through the mail server too', async () => {
  const { url, received } = await startSmtp();
  await using shop = await startUsers({ smtpUrl: url });
  await signUp(shop, 'welcome@example.com');
  await shop.service.messagesSettled();
  expect(received.map(({ to }) => to)).toEqual([['welcome@example.com']]);
  expect(await shop.outbox('.eml')).toEqual([]);
});

test("an SMS goes to the provider's webhook, and any answer but a success is a failure", async () => {
  const bodies: unknown[] = [];
  let status = 202;
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
    res.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const sender = createWebhookSmsSender(`http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`);
  await sender.send({ to: '+919876543210', text: '123456 is your code.' });
  expect(bodies).toEqual([{ to: '+919876543210', text: '123456 is your code.' }]);
  status = 500;
  await expect(sender.send({ to: '+919876543210', text: 'x' })).rejects.toThrow('500');
});
