import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** A TCP link whose connections can be lost without a word, as when a firewall forgets them. */
export interface SilentLink extends AsyncDisposable {
  readonly port: number;
  /** From now on nothing passes on any connection that is open; new ones are as good as before. */
  forget(): void;
}

export async function startSilentLink(targetPort: number): Promise<SilentLink> {
  const open = new Set<Socket>();
  const forgotten = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = createConnection({ port: targetPort, host: '127.0.0.1' });
    open.add(client).add(upstream);
    const pass = (from: Socket, to: Socket) => {
      from.on('data', (chunk) => !forgotten.has(from) && to.write(chunk));
      for (const event of ['error', 'close']) from.on(event, () => !forgotten.has(from) && to.destroy());
    };
    pass(client, upstream);
    pass(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    forget() {
      for (const socket of open) forgotten.add(socket);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
