import { createServer } from 'node:net';

/**
 * Ports of this machine that nobody listens on, below the range from which systems take the ports of outgoing
 * connections: a process that is killed and started again must find its port still free.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  let candidate = 20_000 + Math.floor(Math.random() * 8_000);
  for (let tries = 0; found.length < count && tries < 2_000; tries += 1) {
    candidate += 1;
    if (await isFree(candidate)) found.push(candidate);
  }
  if (found.length < count) throw new Error('no free ports below 32768');
  return found;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
