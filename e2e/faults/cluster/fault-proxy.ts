import { createConnection, createServer, type Server, type Socket } from 'node:net';

/**
 * What a link does to the bytes of its connections:
 * `delay` holds each chunk back; `cut` resets what is open and refuses what comes; `blackhole` swallows silently;
 * `loseReply` delivers the request and resets the connection instead of the reply.
 */
export type LinkFault =
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'blackhole' }
  | { readonly kind: 'loseReply' };

/**
 * What becomes of the connections that a black hole held: their bytes are delivered late, as after a partition that heals; they
 * are reset, as after one that outlasted the time-outs; or they are lost, silent for good with neither end told, as when
 * something on the way forgot them.
 */
export type HeldBytes = 'late' | 'reset' | 'lost';

/** A TCP link between two processes that can be made to misbehave. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** Applies to open and to new connections until `heal`. */
  inflict(fault: LinkFault): void;
  /** Ends the fault; `held` matters to black holes only. New connections are as good as ever. */
  heal(held: HeldBytes): void;
  /** Replies that were lost on purpose so far. */
  readonly lostReplies: number;
}

/** Starts a link on a free loopback port that leads to `targetPort` of this machine. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const pairs = new Set<{ client: Socket; upstream: Socket }>();
  /** Still open, never read again. */
  const lost = new Set<{ client: Socket; upstream: Socket }>();
  let fault: LinkFault | undefined;
  let lostReplies = 0;

  const server: Server = createServer({ noDelay: true }, (client) => {
    if (fault?.kind === 'cut') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const upstream = createConnection({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const pair = { client, upstream };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      lost.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    const isHeld = () => fault?.kind === 'blackhole' || lost.has(pair);
    carry(client, upstream, { mayPass: () => true, isHeld });
    const mayPass = () => {
      if (fault?.kind !== 'loseReply') return true;
      lostReplies += 1;
      upstream.destroy();
      client.resetAndDestroy();
      return false;
    };
    carry(upstream, client, { mayPass, isHeld });
    if (fault?.kind === 'blackhole') hold(pair);
  });

  /** Passes chunks on in order, each no earlier than the fault of its arrival says, and no faster than they are read. */
  function carry(
    from: Socket,
    to: Socket,
    { mayPass, isHeld }: { mayPass: () => boolean; isHeld: () => boolean },
  ): void {
    // One queue and one timer: timers of their own for each chunk could overtake each other, which TCP never does.
    const waiting: { chunk: Buffer; readyAt: number }[] = [];
    let timer: NodeJS.Timeout | undefined;
    const pump = () => {
      timer = undefined;
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        const waitMs = next.readyAt - Date.now();
        if (waitMs > 0) {
          timer = setTimeout(pump, waitMs).unref();
          return;
        }
        waiting.shift();
        if (to.writable && !to.write(next.chunk)) {
          from.pause();
          to.once('drain', () => isHeld() || from.resume());
        }
      }
      if (from.readableEnded) to.end();
    };
    from.on('data', (chunk) => {
      if (!mayPass()) return;
      waiting.push({ chunk, readyAt: Date.now() + (fault?.kind === 'delay' ? fault.ms : 0) });
      if (timer === undefined) pump();
    });
    from.on('end', () => timer === undefined && pump());
  }

  const hold = ({ client, upstream }: { client: Socket; upstream: Socket }) => {
    client.pause();
    upstream.pause();
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const resetAll = () => {
    for (const { client, upstream } of pairs) {
      upstream.destroy();
      client.resetAndDestroy();
    }
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    inflict(next) {
      fault = next;
      if (next.kind === 'cut') resetAll();
      if (next.kind === 'blackhole') for (const pair of pairs) hold(pair);
    },
    heal(held) {
      const healed = fault;
      fault = undefined;
      if (healed?.kind !== 'blackhole') return;
      if (held === 'reset') return resetAll();
      if (held === 'lost') {
        for (const pair of pairs) lost.add(pair);
        pairs.clear();
        return;
      }
      for (const { client, upstream } of pairs) {
        client.resume();
        upstream.resume();
      }
    },
    get lostReplies() {
      return lostReplies;
    },
    async [Symbol.asyncDispose]() {
      for (const pair of lost) pairs.add(pair);
      resetAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
