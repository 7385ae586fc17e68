import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { LocalSubgraph } from './local-subgraph.ts';
import { readJsonBody } from './read-body.ts';
import type { HttpRoute } from './route-table.ts';

/** `POST /graphql` over Apollo Server, without a web framework in between. */
export function createSubgraphRoute({ apollo, subgraph, maxBodyBytes }: SubgraphRouteOptions): HttpRoute['handle'] {
  return async (req, res) => {
    const body = await readJsonBody(req, maxBodyBytes);
    const left = leavingOf(res);
    const response = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers: headerMapOf(req), search: '', body },
      context: async () => {
        try {
          return await subgraph.createContext({ headers: plainHeaders(req), signal: left });
        } catch (error) {
          throw withHttpStatus(error);
        }
      },
    });
    for (const [name, value] of response.headers) res.setHeader(name, value);
    res.statusCode = response.status ?? 200;
    if (response.body.kind === 'complete') {
      res.end(response.body.string);
      return;
    }
    for await (const chunk of response.body.asyncIterator) res.write(chunk);
    res.end();
  };
}

interface SubgraphRouteOptions {
  apollo: ApolloServer<object>;
  subgraph: LocalSubgraph;
  maxBodyBytes: number;
}

/** Lower-case names, repeated headers joined as HTTP allows. */
export function plainHeaders(req: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(req.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function headerMapOf(req: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(plainHeaders(req))) headers.set(name, value);
  return headers;
}

/** Aborts when the client leaves before the answer is out. */
function leavingOf(res: ServerResponse): AbortSignal {
  const abort = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) abort.abort();
  });
  return abort.signal;
}

/** A caller without identity gets 401, where Apollo would say 500 for any context that cannot be made. */
function withHttpStatus(error: unknown): unknown {
  if (!(error instanceof GraphQLError) || error.extensions['code'] !== 'UNAUTHENTICATED') return error;
  return new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status: 401 } } });
}
