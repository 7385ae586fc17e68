// Both subgraphs, canned: what was answered once is sent again as the same bytes, so that what is measured is the gateway.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { buildSubgraph } from '@swiftcart/service';
import { execute, type GraphQLSchema, parse } from 'graphql';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerParent } from './child.ts';
import { monotonicUs, ordersTypeDefs, statusTypeDefs } from './measured-schema.ts';

type SubgraphCommand = { readonly kind: 'address' } | { readonly kind: 'open' } | { readonly kind: 'emit' };

interface Upstream {
  readonly socket: WebSocket;
  readonly id: string;
  readonly query: string;
}

const status = buildSubgraph({ typeDefs: statusTypeDefs, resolvers: {} });
const orders = buildSubgraph({
  typeDefs: ordersTypeDefs,
  resolvers: {
    Order: {
      __resolveReference: ({ id }: { id: string }) => ({
        id,
        number: `SC-${id}`,
        total: { amountMinor: 24_900, currency: 'INR' },
      }),
    },
  },
});

async function answerTo(schema: GraphQLSchema, query: string, rest: object): Promise<string> {
  return JSON.stringify(await execute({ schema, document: parse(query), ...rest }));
}

const fetched = new Map<string, Promise<string>>();
async function answerFetch(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = await text(req);
  let answer = fetched.get(body);
  if (answer === undefined) {
    const { query, variables } = JSON.parse(body) as { query: string; variables: object };
    answer = answerTo(orders, query, { variableValues: variables });
    fetched.set(body, answer);
  }
  res.setHeader('content-type', 'application/json');
  res.end(await answer);
}

const open = new Map<string, Upstream>();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
let socketCount = 0;
sockets.on('connection', (socket) => {
  socketCount += 1;
  const name = socketCount;
  socket.on('message', (data) => {
    const { type, id, payload } = JSON.parse(String(data)) as { type: string; id: string; payload: { query: string } };
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    if (type === 'ping') socket.send('{"type":"pong"}');
    if (type === 'subscribe') open.set(`${name} ${id}`, { socket, id, query: payload.query });
    if (type === 'complete') open.delete(`${name} ${id}`);
  });
});

let sequence = 0;
/** One event to every open stream; gives the number of streams. */
async function emit(): Promise<number> {
  sequence += 1;
  const sentAtUs = monotonicUs();
  const event = { sequence, status: 'PACKED', sentAtUs, order: { __typename: 'Order', id: 'ord_01JD9Z6V4Q' } };
  const payloads = new Map<string, string>();
  for (const { socket, id, query } of open.values()) {
    let payload = payloads.get(query);
    if (payload === undefined) {
      payload = await answerTo(status, query, {
        rootValue: { statusChanged: event },
        variableValues: { orderId: 'o' },
      });
      payloads.set(query, payload);
    }
    socket.send(`{"id":"${id}","type":"next","payload":${payload}}`);
  }
  return open.size;
}

const server = createServer((req, res) => void answerFetch(req, res));
server.on('upgrade', (req, socket, head) =>
  sockets.handleUpgrade(req, socket, head, (webSocket) => sockets.emit('connection', webSocket, req)),
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');

answerParent<SubgraphCommand>(async ({ kind }) => {
  if (kind === 'address') return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` };
  return { streams: kind === 'emit' ? await emit() : open.size };
});
