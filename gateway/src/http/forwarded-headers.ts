import { HEADERS } from '@swiftcart/service';

type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Names of headers that describe the client and its trace; they go to every subgraph beside the configured ones. */
const alwaysForwarded = ['user-agent', 'traceparent', 'tracestate'] as const;

/**
 * The headers of a client that subgraphs may see: an allow-list, so that cookies, credentials and anything that looks
 * like our own identity header never pass. `x-client-address` is what the connection says, not what the client says.
 */
export function forwardedHeaders(
  headers: IncomingHeaders,
  allowed: readonly string[],
  clientAddress: string,
): Record<string, string> {
  const forwarded: Record<string, string> = {};
  for (const name of [...alwaysForwarded, ...allowed]) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '' && name !== HEADERS.identity) forwarded[name] = value;
  }
  forwarded['x-client-address'] = clientAddress;
  return forwarded;
}
