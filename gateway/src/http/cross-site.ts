import type { IncomingMessage, ServerResponse } from 'node:http';

/** Headers that scripts of another origin cannot send without a preflight: their presence shows that CORS was asked. */
const preflightHeaders = ['apollo-require-preflight', 'x-apollo-operation-name', 'x-graphql-require-preflight'];

/**
 * Whether a GET could have been sent by another site's page without asking. POSTs are safe already: only JSON is read,
 * and that media type needs a preflight. A GET is safe when it carries a header that needs one; when the browser says
 * that the page is of the same origin; or when it cannot be a page at all, because it names JSON in Accept (which
 * images, scripts, links and forms cannot) and no browser metadata contradicts.
 */
export function couldBeCrossSite({ method, headers }: IncomingMessage): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (preflightHeaders.some((name) => headers[name])) return false;
  if (headers['content-type']?.startsWith('application/json')) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (headers.origin !== undefined || headers.cookie !== undefined) return true;
  return headers['sec-fetch-mode'] !== 'cors' && !/json/i.test(headers.accept ?? '');
}

export interface CorsSettings {
  /** Exact origins; `*` allows any (without credentials, which this API never needs: it reads no cookies). */
  readonly origins: readonly string[];
  readonly allowedHeaders: readonly string[];
}

/** Adds CORS headers for allowed origins; answers preflights. True when the request is answered. */
export function answerCors(
  { origins, allowedHeaders }: CorsSettings,
  req: IncomingMessage,
  res: ServerResponse,
): boolean {
  const { origin } = req.headers;
  res.setHeader('vary', 'Origin, Accept');
  const isAllowed = origin !== undefined && (origins.includes('*') || origins.includes(origin));
  if (isAllowed) {
    res.setHeader('access-control-allow-origin', origin);
    res.setHeader('access-control-expose-headers', 'RateLimit, RateLimit-Policy, Retry-After, X-Correlation-Id');
  }
  if (req.method !== 'OPTIONS') return false;
  if (isAllowed) {
    res.setHeader('access-control-allow-methods', 'GET, POST, OPTIONS');
    res.setHeader(
      'access-control-allow-headers',
      ['content-type', 'authorization', 'accept', ...preflightHeaders, ...allowedHeaders].join(', '),
    );
    res.setHeader('access-control-max-age', '86400');
  }
  res.writeHead(204).end();
  return true;
}

const sandboxHosts = 'https://*.apollographql.com https://embeddable-sandbox.cdn.apollographql.com';

/** Headers for answers that a browser must never run or frame; the landing page alone may load Apollo's Sandbox. */
export function securityHeaders(kind: 'data' | 'page', isProduction: boolean): Record<string, string> {
  const page = [
    `default-src 'none'`,
    `script-src 'self' 'unsafe-inline' ${sandboxHosts}`,
    `style-src 'unsafe-inline' ${sandboxHosts} https://fonts.googleapis.com`,
    `font-src https://fonts.gstatic.com`,
    `img-src 'self' data: https:`,
    `connect-src 'self' ws: wss: ${sandboxHosts}`,
    `frame-src ${sandboxHosts}`,
    `manifest-src ${sandboxHosts}`,
  ].join('; ');
  return {
    'content-security-policy': kind === 'page' ? page : `default-src 'none'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    ...(isProduction ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}
