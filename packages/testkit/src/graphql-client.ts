import type { GraphQLFormattedError } from 'graphql';

export interface GraphqlReply<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** A plain client: one POST per request, no cache, no retries, so that a test sees just what the server said. */
export interface GraphqlClient {
  request<Data>(
    query: string,
    variables?: object,
    options?: { headers?: Record<string, string> },
  ): Promise<GraphqlReply<Data>>;
}

/** `url` is the endpoint itself, or a server's origin, to which `/graphql` is added. */
export function createGraphqlClient(url: string, defaults: { headers?: Record<string, string> } = {}): GraphqlClient {
  const endpoint = url.endsWith('/graphql') ? url : `${url}/graphql`;
  return {
    async request<Data>(query: string, variables?: object, options?: { headers?: Record<string, string> }) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...defaults.headers, ...options?.headers },
        body: JSON.stringify({ query, variables }),
      });
      const text = await response.text();
      let body: Omit<GraphqlReply<Data>, 'status' | 'headers'>;
      try {
        body = JSON.parse(text);
      } catch {
        throw new Error(`${endpoint} answered ${response.status} with no JSON: ${text.slice(0, 500)}`);
      }
      return { ...body, data: body.data ?? null, status: response.status, headers: response.headers };
    },
  };
}
