// Any number of clients on a socket each; they note how long each event took from its emission, and that it was whole.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { answerParent } from './child.ts';
import { measuredSubscription, monotonicUs } from './measured-schema.ts';

type ClientsCommand =
  | { readonly kind: 'connect'; readonly url: string; readonly count: number; readonly authorization: string }
  | { readonly kind: 'subscribe'; readonly isShared: boolean }
  | { readonly kind: 'unsubscribe' }
  | { readonly kind: 'await'; readonly deliveries: number }
  | { readonly kind: 'disconnect' };

interface BenchClient {
  readonly socket: WebSocket;
  subscription: string;
}

/** So many handshakes are under way at once. */
const handshakes = 100;

let clients: BenchClient[] = [];
let latenciesUs: number[] = [];
let fault: string | undefined;
let arrived: (() => void) | undefined;

function receive(data: Buffer): void {
  const receivedAtUs = monotonicUs();
  const sentAt = data.indexOf('"sentAtUs":');
  if (sentAt === -1 || !data.includes('"amountMinor":24900') || data.includes('"errors"')) {
    fault ??= String(data);
    arrived?.();
    return;
  }
  latenciesUs.push(receivedAtUs - Number.parseFloat(data.toString('latin1', sentAt + 11, sentAt + 31)));
  arrived?.();
}

async function connect(url: string, count: number, authorization: string): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        perMessageDeflate: false,
      });
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
      await once(socket, 'message');
      socket.on('message', receive);
      socket.once('close', (code) => {
        fault ??= clients.length === 0 ? undefined : `A socket was closed with ${code}.`;
        arrived?.();
      });
      clients.push({ socket, subscription: '' });
    }
  };
  await Promise.all(Array.from({ length: handshakes }, worker));
}

function subscribe(isShared: boolean): void {
  for (const [index, client] of clients.entries()) {
    // As the usual client library names them: no two alike, so no frame is another's.
    client.subscription = randomUUID();
    const variables = { orderId: 'ord_01JD9Z6V4Q', client: isShared ? null : index };
    const payload = { query: measuredSubscription, variables };
    client.socket.send(JSON.stringify({ id: client.subscription, type: 'subscribe', payload }));
  }
}

async function awaitDeliveries(count: number): Promise<{ latenciesUs: number[] }> {
  while (latenciesUs.length < count && fault === undefined) {
    await new Promise<void>((resolve) => {
      arrived = () => {
        if (latenciesUs.length >= count || fault !== undefined) resolve();
      };
      arrived();
    });
  }
  if (fault !== undefined) throw new Error(`not what was asked for: ${fault.slice(0, 500)}`);
  if (latenciesUs.length > count) throw new Error(`${latenciesUs.length} deliveries where ${count} were due`);
  const result = { latenciesUs };
  latenciesUs = [];
  return result;
}

answerParent<ClientsCommand>(async (command) => {
  switch (command.kind) {
    case 'connect':
      await connect(command.url, command.count, command.authorization);
      break;
    case 'subscribe':
      subscribe(command.isShared);
      break;
    case 'unsubscribe':
      for (const { socket, subscription } of clients) socket.send(`{"id":"${subscription}","type":"complete"}`);
      break;
    case 'await':
      return awaitDeliveries(command.deliveries);
    case 'disconnect': {
      const leaving = clients;
      clients = [];
      for (const { socket } of leaving) socket.terminate();
      break;
    }
    default:
      command satisfies never;
  }
  return {};
});
