import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { codedError } from '@swiftcart/graphql';
import { correlationIdOf, type Logger } from '@swiftcart/service';
import { GraphQLError } from 'graphql';
import { CloseCode, MessageType, parseMessage } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import { formatErrors } from '../http/format-errors.ts';
import { forwardedHeaders } from '../http/forwarded-headers.ts';
import { checkParameters } from '../http/request-parameters.ts';
import type { ConnectionCap } from './connection-caps.ts';
import { createDeliveryQueue, type DeliveryQueue, type DeliveryQueueSettings, type Outlet } from './delivery-queue.ts';
import { expireAt } from './expire-at.ts';
import type { LiveOperations, RunningOperation } from './live-operations.ts';
import type { StreamMetrics } from './stream-metrics.ts';
import { writeTextFrame } from './text-frame.ts';

export interface SocketConnectionOptions {
  readonly operations: LiveOperations;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  readonly metrics: StreamMetrics;
  readonly forwardHeaders: readonly string[];
  readonly maxOperations: number;
  readonly queue: DeliveryQueueSettings;
  readonly users: ConnectionCap;
  readonly initTimeoutMs: number;
}

/** Codes on which clients connect again; 4401 and 4400 would be final to them. */
export const closeCodes = {
  /** The token is no (longer) good: connect with a renewed one. */
  forbidden: 4403,
  goingAway: 1001,
  tryAgainLater: 1013,
} as const;

/** Bytes that may wait unread in a socket before messages are held back in the subscribers' queues. */
const maxUnreadBytes = 64 * 1024;

interface SocketOperation {
  readonly queue: DeliveryQueue;
  running: RunningOperation | undefined;
}

interface Identity {
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string>>;
  readonly correlationId: string;
}

/** One client's socket, speaking `graphql-transport-ws`. */
export class SocketConnection {
  readonly address: string;
  readonly #socket: WebSocket;
  /** What the socket writes to. */
  readonly #stream: Duplex;
  readonly #request: IncomingMessage;
  readonly #options: SocketConnectionOptions;
  readonly #running = new Map<string, SocketOperation>();
  readonly #outlet: Outlet;
  #whenReady: (() => void)[] = [];
  /** From `connection_init` on; acknowledged when it is defined. */
  #identity: Identity | undefined;
  #isInitialised = false;
  #initTimer: NodeJS.Timeout;
  #expiry: Disposable | undefined;
  #giveBack: (() => void) | undefined;

  constructor(
    socket: WebSocket,
    stream: Duplex,
    request: IncomingMessage,
    address: string,
    options: SocketConnectionOptions,
  ) {
    this.address = address;
    this.#socket = socket;
    this.#stream = stream;
    this.#request = request;
    this.#options = options;
    const connection = this;
    this.#outlet = {
      get isReady() {
        return connection.#whenReady.length === 0 && stream.writableLength < maxUnreadBytes;
      },
      whenReady: (listener) => this.#listen(listener),
    };
    this.#initTimer = setTimeout(
      () => this.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout'),
      options.initTimeoutMs,
    );
    this.#initTimer.unref();
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('error', (error) => options.logger.debug({ err: error }, 'socket failed'));
    socket.once('close', () => this.#closed());
  }

  get sessionId(): string | undefined {
    return this.#identity?.caller.session?.id;
  }

  /** Whether a query or mutation is on its way: closing now would cut its answer off. */
  get isAnswering(): boolean {
    return [...this.#running.values()].some(({ running }) => running?.isAnswering === true);
  }

  /** Ends its operations at once: a client that has stopped reading may take its time to notice. */
  close(code: number, reason: string): void {
    this.#leaveAll();
    this.#socket.close(code, reason);
  }

  #closed(): void {
    clearTimeout(this.#initTimer);
    this.#expiry?.[Symbol.dispose]();
    this.#giveBack?.();
    this.#leaveAll();
    this.#whenReady = [];
  }

  #leaveAll(): void {
    for (const { running, queue } of this.#running.values()) {
      queue.clear();
      running?.leave();
    }
    this.#running.clear();
  }

  #receive(data: RawData, isBinary: boolean): void {
    // Told to go, perhaps because its token has expired: what it still sends, having not read that, must not run.
    if (!this.#isOpen) return;
    let message: ReturnType<typeof parseMessage>;
    try {
      if (isBinary) throw new Error('Messages are text.');
      message = parseMessage(String(data));
    } catch {
      this.close(CloseCode.BadRequest, 'Invalid message received');
      return;
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        void this.#initialise(message.payload);
        return;
      case MessageType.Ping:
        this.#send({ type: MessageType.Pong, ...(message.payload && { payload: message.payload }) });
        return;
      case MessageType.Pong:
        return;
      case MessageType.Subscribe:
        this.#subscribe(message.id, message.payload);
        return;
      case MessageType.Complete:
        this.#end(message.id)?.running?.leave();
        return;
      default:
        this.close(CloseCode.BadRequest, 'Invalid message received');
    }
  }

  async #initialise(payload: unknown): Promise<void> {
    if (this.#isInitialised) {
      this.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
      return;
    }
    this.#isInitialised = true;
    clearTimeout(this.#initTimer);
    const { authenticate, logger, users } = this.#options;
    const headers = { ...this.#request.headers, ...textFields(payload) };
    let caller: Caller;
    try {
      caller = await authenticate(headers.authorization);
    } catch (error) {
      const isVerdict = error instanceof GraphQLError;
      if (!isVerdict) logger.error({ err: error }, 'socket could not be authenticated');
      const isOurFault = !isVerdict || error.extensions['code'] === 'OVERLOADED';
      if (isOurFault) this.close(closeCodes.tryAgainLater, 'Try again later');
      else this.close(closeCodes.forbidden, String(error.extensions['code']));
      return;
    }
    if (!this.#isOpen) return;
    if (caller.viewer.kind === 'user') {
      this.#giveBack = users.take(caller.viewer.userId);
      if (this.#giveBack === undefined) {
        this.close(closeCodes.tryAgainLater, 'Too many sockets');
        return;
      }
    }
    this.#identity = {
      caller,
      headers: forwardedHeaders(headers, this.#options.forwardHeaders, this.address),
      correlationId: correlationIdOf(headers),
    };
    if (caller.session !== undefined) {
      this.#expiry = expireAt(caller.session.expiresAt, () => this.close(closeCodes.forbidden, 'Token expired'));
    }
    this.#send({ type: MessageType.ConnectionAck });
  }

  #subscribe(id: string, payload: unknown): void {
    if (this.#identity === undefined) {
      this.close(CloseCode.Unauthorized, 'Unauthorized');
      return;
    }
    if (this.#running.has(id)) {
      this.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
      return;
    }
    const { caller, headers, correlationId } = this.#identity;
    const { maxOperations, logger } = this.#options;
    if (this.#running.size >= maxOperations) {
      const refusal = codedError('RATE_LIMITED', `A socket carries at most ${maxOperations} operations.`);
      this.#send({ id, type: MessageType.Error, payload: formatErrors([refusal], correlationId, logger) });
      return;
    }
    const before = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    const queue = createDeliveryQueue(
      this.#options.queue,
      this.#outlet,
      (message) => {
        if (this.#isOpen) writeTextFrame(this.#stream, before, message, closingBrace);
      },
      () => {
        this.#options.metrics.dropped();
        this.close(closeCodes.tryAgainLater, 'Too slow');
      },
    );
    const operation: SocketOperation = { queue, running: undefined };
    this.#running.set(id, operation);
    const last = (message: object) =>
      queue.finish(() => {
        if (this.#running.get(id) !== operation) return;
        this.#running.delete(id);
        this.#send(message);
      });
    operation.running = this.#options.operations.start(
      { parameters: () => checkParameters(payload), caller, headers, correlationId, clientAddress: this.address },
      {
        next: (message) => queue.push(message),
        complete: () => last({ id, type: MessageType.Complete }),
        fail: (errors) => last({ id, type: MessageType.Error, payload: errors }),
      },
    );
  }

  #end(id: string): SocketOperation | undefined {
    const operation = this.#running.get(id);
    this.#running.delete(id);
    operation?.queue.clear();
    return operation;
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #send(message: object): void {
    if (this.#isOpen) this.#socket.send(JSON.stringify(message));
  }

  /** An empty write comes after all others: its callback says that the client has read on. */
  #listen(listener: () => void): void {
    this.#whenReady.push(listener);
    if (this.#whenReady.length > 1) return;
    this.#socket.ping('', undefined, () => {
      const listeners = this.#whenReady;
      this.#whenReady = [];
      for (const next of listeners) next();
    });
  }
}

const closingBrace = Buffer.from('}');

/** `connection_init` carries HTTP header names, matched case-insensitively. */
function textFields(payload: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  if (typeof payload !== 'object' || payload === null) return headers;
  for (const [name, value] of Object.entries(payload)) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value;
  }
  return headers;
}
