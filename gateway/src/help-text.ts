import { gatewayLimits } from './limits/limits.ts';
import { defaultRateLimits } from './limits/rate-limits.ts';

/** What `--help` prints: every option with its default; units are in the names. */
export function helpText(): string {
  const options: readonly (readonly [name: string, fallback: string, meaning: string])[] = [
    ['SUPERGRAPH_PATH', 'required', 'supergraph file (also --supergraph); watched, and read again on SIGHUP'],
    ['PORT', '4000', 'port (also --port)'],
    ['HOST', '127.0.0.1; 0.0.0.0 in production', 'address to listen on (also --host)'],
    ['NODE_ENV', 'development', 'production: no introspection, no landing page, errors unexplained'],
    ['LOG_LEVEL', 'info', 'trace, debug, info, warn, error, silent'],
    ['SUBGRAPH_URLS', 'from the file', 'overrides of routing URLs: name=url,name=url'],
    ['SUBGRAPH_DEADLINES_MS', 'none', 'deadlines of single subgraphs: name=ms,name=ms'],
    ['JWKS_URL', 'none', 'where access tokens are verified; without it every caller is anonymous'],
    ['JWT_ISSUER', 'swiftcart', 'issuer that tokens must name'],
    ['JWT_AUDIENCE', 'swiftcart-api', 'audience that tokens must name'],
    ['SERVICE_PRIVATE_KEY', 'generated', 'PEM of the P-256 key that signs identities for subgraphs'],
    ['UNAUTHORIZED_FIELDS', 'null', 'null: answer them null with an error; refuse: refuse the query'],
    ['EXPOSE_SUBGRAPH_NAMES', 'off', 'name the failing subgraph in errors'],
    ['FORWARD_HEADERS', 'x-cart-token', 'client headers that subgraphs may see'],
    ['TRUSTED_PROXIES', '0', 'proxies of your own in front, for client addresses'],
    ['CORS_ORIGINS', 'none; local ones outside production', 'origins whose pages may call'],
    ['RATE_LIMITS', 'on', 'on or off; off is refused in production'],
    ['RATE_LIMIT_WINDOW_SECONDS', String(defaultRateLimits.windowSeconds), 'length of a rate limit window'],
    ['RATE_LIMIT_VIEWER_COST', String(defaultRateLimits.viewerCost), 'cost one user may spend in a window'],
    ['RATE_LIMIT_ADDRESS_COST', String(defaultRateLimits.addressCost), 'cost one address may spend in a window'],
    ['RATE_LIMIT_FIELDS', 'none', 'calls of root fields in a window per address: field=calls,field=calls'],
    ['REDIS_URL', 'none', 'shares rate limits between gateways'],
    ['PERSISTED_OPERATIONS', 'off', 'safelist: off, prefer (log others) or only (refuse others)'],
    ['PERSISTED_OPERATIONS_PATH', 'none', 'manifest of @apollo/generate-persisted-query-manifest'],
    ...gatewayLimits.map(({ env, default: value, why }) => [env, String(value), why] as const),
  ];
  const lines = options.map(([name, fallback, meaning]) => `  ${name}\n      ${meaning} (default: ${fallback})`);
  return [
    'Runs a Federation 2 supergraph file as a GraphQL gateway.',
    '',
    '  npm run gateway -- --supergraph path.graphql [--port 4000] [--host 127.0.0.1]',
    '',
    'HTTP, event streams and WebSocket at /graphql; /health/live, /health/ready, /metrics.',
    '',
    'Options, as environment variables:',
    ...lines,
    '',
  ].join('\n');
}
