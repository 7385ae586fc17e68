import { setMaxListeners } from 'node:events';
import { codedError } from '@swiftcart/graphql';
import type { Logger, Metrics } from '@swiftcart/service';
import { GraphQLError, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import type { Caller } from '../auth/caller.ts';
import { formatErrors } from '../http/format-errors.ts';
import { BadRequestError, badRequestToError, type GraphqlParameters } from '../http/request-parameters.ts';
import type { LoadShedding } from '../limits/load-shedding.ts';
import type { AdmittedOperation, Pipeline } from '../pipeline.ts';
import { OperationRefusedError } from '../planning/parsed-operation.ts';
import type { StreamRegistry } from './stream-registry.ts';
import type { Subscription } from './subscriber.ts';

/** Who asks for an operation over a connection that stays open. */
export interface LiveRequest {
  /** Reads the client's message; what it throws is answered as an error of the operation. */
  readonly parameters: () => GraphqlParameters;
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string>>;
  readonly correlationId: string;
  readonly clientAddress: string;
  /** Whether it may change something: a GET may not. Default true. */
  readonly mayMutate?: boolean | undefined;
  /** Whether its transport has counted it among the running requests. Default false: queries and mutations are counted here. */
  readonly isCounted?: boolean | undefined;
}

/** Where an operation's answers go: any number of payloads, then one of the ends. */
export interface LiveSink {
  /** The JSON text of a GraphQL result. */
  next(payload: Buffer): void;
  complete(): void;
  /** `isLost`: not the operation's fault, subscribing again is likely to help. */
  fail(errors: readonly GraphQLFormattedError[], isLost: boolean): void;
}

export interface RunningOperation extends Subscription {
  /** A query or mutation on its way, which should not be cut off; a stream may be, it is resumed elsewhere. */
  readonly isAnswering: boolean;
  /** When a stream has been opened, or anything else answered or refused. Never rejects. */
  readonly begun: Promise<void>;
}

/** Runs operations of any kind over sockets and event streams, behind the same guards as over HTTP. */
export interface LiveOperations {
  /** `leave` cancels it; nothing reaches the sink afterwards. */
  start(request: LiveRequest, sink: LiveSink): RunningOperation;
}

export interface LiveOperationsOptions {
  readonly pipeline: Pipeline;
  readonly streams: StreamRegistry;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  readonly shedding: LoadShedding;
  /** Longest a query or mutation may take. */
  readonly requestDeadlineMs: number;
}

const readingKinds = [OperationTypeNode.QUERY, OperationTypeNode.SUBSCRIPTION];
const allKinds = [...readingKinds, OperationTypeNode.MUTATION];

export function createLiveOperations(options: LiveOperationsOptions): LiveOperations {
  const { pipeline, streams, logger, metrics, shedding } = options;

  function format(error: unknown, correlationId: string): readonly GraphQLFormattedError[] {
    const formatted = formatErrors(errorsOf(error), correlationId, logger);
    for (const { extensions } of formatted) metrics?.errorsByCode.inc({ code: String(extensions?.['code']) });
    return formatted;
  }

  async function answer(operation: AdmittedOperation, request: LiveRequest, sink: LiveSink, ending: AbortController) {
    const { caller, headers, correlationId } = request;
    const leave = request.isCounted ? undefined : shedding.enter();
    setMaxListeners(0, ending.signal);
    const deadline = setTimeout(() => ending.abort(), options.requestDeadlineMs);
    try {
      const call = { viewer: caller.viewer, headers, correlationId, signal: ending.signal };
      const { data, errors } = await pipeline.execute(operation, call);
      const explained = errors.length === 0 ? { data } : { errors: format(errors, correlationId), data };
      sink.next(Buffer.from(JSON.stringify(explained)));
      sink.complete();
    } finally {
      clearTimeout(deadline);
      leave?.();
    }
  }

  return {
    start(request, sink) {
      const { caller, headers, correlationId, clientAddress } = request;
      // For an answer on its way; a stream, of which there are many more, needs none.
      let ending: AbortController | undefined;
      let subscription: Subscription | undefined;
      let hasLeft = false;
      const open: LiveSink = {
        next: (payload) => hasLeft || sink.next(payload),
        complete: () => hasLeft || sink.complete(),
        fail: (errors, isLost) => hasLeft || sink.fail(errors, isLost),
      };
      const run = async () => {
        const parameters = request.parameters();
        const allowed = request.mayMutate === false ? readingKinds : allKinds;
        const admitted = await pipeline.admit({ parameters, caller, clientAddress, allowed });
        if (hasLeft) return;
        if (admitted.prepared.operation.operation !== OperationTypeNode.SUBSCRIPTION) {
          ending = new AbortController();
          await answer(admitted, request, open, ending);
          ending = undefined;
          return;
        }
        subscription = streams.subscribe(admitted, {
          caller,
          headers,
          correlationId,
          deliver: open.next,
          complete: open.complete,
          fail: (errors, isLost) => open.fail(format(errors, correlationId), isLost),
        });
      };
      const begun = run().catch((error: unknown) => {
        ending = undefined;
        open.fail(format(error, correlationId), false);
      });
      return {
        get isAnswering() {
          return ending !== undefined;
        },
        begun,
        leave() {
          if (hasLeft) return;
          hasLeft = true;
          ending?.abort();
          subscription?.leave();
        },
      };
    },
  };
}

function errorsOf(error: unknown): readonly unknown[] {
  if (Array.isArray(error)) return error;
  if (error instanceof OperationRefusedError) return error.errors;
  if (error instanceof BadRequestError) return [badRequestToError(error)];
  // GraphQL's own validation throws on some documents that it cannot judge, directives at a subscription's root among them.
  if (error instanceof GraphQLError && error.extensions['code'] === undefined && error.originalError === undefined) {
    return [codedError('GRAPHQL_VALIDATION_FAILED', error.message)];
  }
  return [error];
}
