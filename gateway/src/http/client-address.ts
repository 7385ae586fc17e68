import type { IncomingMessage } from 'node:http';

/**
 * The address a request comes from. Behind `trustedProxies` proxies of our own, the entry that the outermost of them
 * added to X-Forwarded-For; entries further left are the client's own claims and are ignored.
 */
export function clientAddress(req: IncomingMessage, trustedProxies: number): string {
  const direct = (req.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
  if (trustedProxies === 0) return direct;
  const header = req.headers['x-forwarded-for'];
  const claimed = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((part) => part.trim());
  return claimed.at(-trustedProxies) || direct;
}
