import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { RevokedSessions } from '../auth/revoked-sessions.ts';
import { clientAddress } from '../http/client-address.ts';
import type { ConnectionCap } from './connection-caps.ts';
import { drainInBatches } from './drain-in-batches.ts';
import { closeCodes, SocketConnection, type SocketConnectionOptions } from './socket-connection.ts';

export interface SocketServerOptions extends Omit<SocketConnectionOptions, 'initTimeoutMs'> {
  readonly revoked: RevokedSessions;
  readonly trustedProxies: number;
  readonly maxMessageBytes: number;
  readonly addresses: ConnectionCap;
}

/** `graphql-transport-ws` on `/graphql`. */
export interface SocketServer extends AsyncDisposable {
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends every socket elsewhere, in batches over `withinMs`: all at once would all come back at once. */
  drain(withinMs: number): void;
}

const initTimeoutMs = 10_000;
const pingEveryMs = 15_000;

export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { addresses, logger, metrics, trustedProxies } = options;
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
  });
  const connections = new Map<WebSocket, SocketConnection>();
  const unanswered = new WeakSet<WebSocket>();
  let draining: Disposable | undefined;

  function serve(socket: WebSocket, stream: Duplex, req: IncomingMessage, address: string): void {
    if (socket.protocol !== 'graphql-transport-ws') {
      socket.on('error', (error) => logger.debug({ err: error }, 'socket failed'));
      socket.close(4406, 'Subprotocol not acceptable');
      return;
    }
    const connection = new SocketConnection(socket, stream, req, address, { ...options, initTimeoutMs });
    connections.set(socket, connection);
    metrics.socketOpened('websocket');
    socket.on('pong', () => unanswered.delete(socket));
    socket.once('close', () => {
      connections.delete(socket);
      metrics.socketClosed('websocket');
    });
  }

  // One timer for all: a peer that did not answer the last ping is gone, whatever TCP still believes.
  const pings = setInterval(() => {
    for (const socket of connections.keys()) {
      if (unanswered.has(socket)) socket.terminate();
      else {
        unanswered.add(socket);
        socket.ping();
      }
    }
  }, pingEveryMs);
  pings.unref();

  const stopListening = options.revoked.onRevoked((sessionId) => {
    for (const connection of connections.values()) {
      if (connection.sessionId === sessionId) connection.close(closeCodes.forbidden, 'Session ended');
    }
  });

  return {
    handleUpgrade(req, socket, head) {
      const address = clientAddress(req, trustedProxies);
      const giveBack = addresses.take(address);
      if (giveBack === undefined) {
        socket.end('HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\nConnection: close\r\n\r\n');
        return;
      }
      socket.once('close', giveBack);
      webSockets.handleUpgrade(req, socket, head, (webSocket) => serve(webSocket, socket, req, address));
    },
    drain(withinMs) {
      const end = (connection: SocketConnection) => connection.close(closeCodes.goingAway, 'Going away');
      draining = drainInBatches(new Set(connections.values()), end, withinMs);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(pings);
      draining?.[Symbol.dispose]();
      stopListening();
      for (const socket of webSockets.clients) socket.terminate();
      webSockets.close();
    },
  };
}
