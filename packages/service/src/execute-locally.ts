import { badUserInput } from '@swiftcart/graphql';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  getOperationAST,
  subscribe,
} from 'graphql';
import { correlationIdOf, withCorrelationId } from './correlation.ts';
import { endOnAbort } from './end-on-abort.ts';
import { HEADERS } from './headers.ts';
import type { LocalSubgraph, SubgraphRequest } from './local-subgraph.ts';
import { maskThrown } from './mask-error.ts';
import { abortWith } from './with-deadline.ts';

/** One operation for a subgraph in the same process. The document must have been validated (see `createDocumentCache`). */
export interface LocalOperation {
  document: DocumentNode;
  variables?: Readonly<Record<string, unknown>> | undefined;
  operationName?: string | null | undefined;
  request: SubgraphRequest;
}

/** Runs a query or mutation. Never throws: errors come masked in the result, exactly as they would over HTTP. */
export function executeLocally(subgraph: LocalSubgraph, operation: LocalOperation): Promise<FormattedExecutionResult> {
  const request = withCorrelationHeader(operation.request);
  return withCorrelationId(request.headers[HEADERS.correlationId] ?? '', async () => {
    try {
      const contextValue = await subgraph.createContext(request);
      if (getOperationAST(operation.document, operation.operationName)?.operation === 'subscription') {
        throw badUserInput('A subscription is opened with subscribeLocally.');
      }
      return formatResult(await execute(executionArgs(subgraph, operation, contextValue)), subgraph);
    } catch (error) {
      return { errors: [maskThrown(error, subgraph.logger)] };
    }
  });
}

/** A running subscription. Ending it (`return`) also aborts its context's signal, so sources that wait wake up. */
export type LocalStream = AsyncGenerator<FormattedExecutionResult, void, void>;

/** Starts a subscription: a stream of masked results, or the errors why there is none. A stream that fails throws a masked GraphQLError. */
export async function subscribeLocally(
  subgraph: LocalSubgraph,
  operation: LocalOperation & {
    /** Called once when a stream that was opened has ended, for whatever reason. */
    onEnd?: (() => void) | undefined;
  },
): Promise<LocalStream | { errors: readonly GraphQLFormattedError[] }> {
  const abort = new AbortController();
  const { signal } = abort;
  const unlink = abortWith(operation.request.signal, abort);
  const request = { ...withCorrelationHeader(operation.request), signal };
  const correlationId = request.headers[HEADERS.correlationId] ?? '';
  return withCorrelationId(correlationId, async () => {
    try {
      const contextValue = await subgraph.createContext(request);
      const source = await subscribe(executionArgs(subgraph, operation, contextValue));
      if (!(Symbol.asyncIterator in source)) {
        unlink();
        return { errors: formatResult(source, subgraph).errors ?? [] };
      }
      const onEnd = () => {
        unlink();
        operation.onEnd?.();
      };
      if (signal.aborted) onEnd();
      else signal.addEventListener('abort', onEnd, { once: true });
      return endOnAbort(source, {
        abort,
        signal,
        mapValue: (result) => withCorrelationId(correlationId, () => formatResult(result, subgraph)),
        mapError: (error) => withCorrelationId(correlationId, () => maskThrown(error, subgraph.logger)),
      });
    } catch (error) {
      unlink();
      return { errors: [maskThrown(error, subgraph.logger)] };
    }
  });
}

function executionArgs(
  subgraph: LocalSubgraph,
  { document, variables, operationName }: LocalOperation,
  contextValue: object,
) {
  return { schema: subgraph.schema, document, variableValues: variables, operationName, contextValue };
}

function formatResult(result: ExecutionResult, subgraph: LocalSubgraph): FormattedExecutionResult {
  const { errors } = result;
  if (errors === undefined) return result as FormattedExecutionResult;
  // Without data nothing ran: GraphQL refused the variables or the operation name.
  const codeIfNone = 'data' in result ? undefined : 'BAD_USER_INPUT';
  return { ...result, errors: errors.map((error) => maskThrown(error, subgraph.logger, codeIfNone)) };
}

function withCorrelationHeader(request: SubgraphRequest): SubgraphRequest {
  const correlationId = correlationIdOf(request.headers);
  if (request.headers[HEADERS.correlationId] === correlationId) return request;
  return { ...request, headers: { ...request.headers, [HEADERS.correlationId]: correlationId } };
}
