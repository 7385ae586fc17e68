import { executeLocally, type LocalSubgraph, subscribeLocally, withDeadline } from '@swiftcart/service';
import { GraphQLError } from 'graphql';
import type { CallHeaders } from './call-headers.ts';
import {
  type CallContext,
  type DataSource,
  deadlineOf,
  type FetchDeadlines,
  type SubgraphError,
  type SubgraphFetch,
  type SubgraphResponse,
} from './data-source.ts';
import { StreamRefusedError } from './stream-failure.ts';
import { SubgraphFailure } from './subgraph-failure.ts';

/** A subgraph in the same process: fetches are executed directly, parsed once per plan, with the headers HTTP would carry. */
export function createLocalDataSource(
  subgraph: LocalSubgraph,
  callHeaders: CallHeaders,
  deadlines: FetchDeadlines,
): DataSource {
  const { name } = subgraph;
  return {
    name,
    async fetch(fetch, call) {
      const { signal, release } = withDeadline(call.signal, deadlineOf(fetch, deadlines));
      try {
        const answer = executeLocally(subgraph, operationOf(fetch, callHeaders(name, call), signal));
        return (await Promise.race([answer, rejectOnAbort(name, signal)])) as SubgraphResponse;
      } finally {
        release();
      }
    },
    async *subscribe(fetch: SubgraphFetch, call: CallContext) {
      const source = await subscribeLocally(subgraph, operationOf(fetch, callHeaders(name, call), call.signal));
      if (!(Symbol.asyncIterator in source)) {
        throw new StreamRefusedError(name, source.errors as readonly SubgraphError[]);
      }
      try {
        for await (const result of source) yield result as SubgraphResponse;
      } catch (error) {
        // A stream that fails midway says why, as a subgraph behind a socket does with its `error` message.
        throw error instanceof GraphQLError ? new StreamRefusedError(name, [error.toJSON()]) : error;
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function operationOf(fetch: SubgraphFetch, headers: Record<string, string>, signal: AbortSignal) {
  return {
    document: fetch.document(),
    variables: fetch.variables,
    operationName: fetch.operationName,
    request: { headers, signal },
  };
}

/** A resolver that ignores its signal must not hold the client: the fetch is given up, whatever it still does. */
function rejectOnAbort(subgraph: string, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(new SubgraphFailure('SUBGRAPH_TIMEOUT', subgraph, `${subgraph} did not answer in time.`));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
