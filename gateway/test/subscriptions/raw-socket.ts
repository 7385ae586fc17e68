import WebSocket from 'ws';

/** A client that speaks the protocol by hand and may stop reading. */
export interface RawSocket extends AsyncDisposable {
  readonly socket: WebSocket;
  readonly messages: { id?: string; type: string; payload?: unknown }[];
  /** Code and reason with which the server closed it. */
  readonly closed: Promise<{ code: number; reason: string }>;
  send(message: object | string): void;
  /** Waits until a message fits. */
  until(fits: (message: { id?: string; type: string; payload?: unknown }) => boolean): Promise<void>;
}

/** Opens and initialises a socket; with `init: false` it only opens it. Rejects with the HTTP status when it is refused. */
export async function openRawSocket(
  url: string,
  {
    init = true,
    payload = {},
    protocol = 'graphql-transport-ws',
  }: { init?: boolean; payload?: object; protocol?: string } = {},
): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol);
  const messages: RawSocket['messages'] = [];
  const wakeUps = new Set<() => void>();
  socket.on('message', (data) => {
    messages.push(JSON.parse(String(data)));
    for (const wakeUp of [...wakeUps]) wakeUp();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response) => reject(new Error(`HTTP ${response.statusCode}`)));
    socket.once('error', reject);
  });
  const raw: RawSocket = {
    socket,
    messages,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async until(fits) {
      while (!messages.some(fits)) {
        await new Promise<void>((resolve) => {
          const wakeUp = () => {
            wakeUps.delete(wakeUp);
            resolve();
          };
          wakeUps.add(wakeUp);
        });
      }
    },
    async [Symbol.asyncDispose]() {
      socket.terminate();
    },
  };
  if (!init) return raw;
  raw.send({ type: 'connection_init', payload });
  await Promise.race([raw.until(({ type }) => type === 'connection_ack'), closed]);
  return raw;
}
