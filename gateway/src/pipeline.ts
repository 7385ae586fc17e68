import { codedError } from '@swiftcart/graphql';
import { OperationTypeNode } from 'graphql';
import type { Caller } from './auth/caller.ts';
import { type AccessSettings, decideAccess } from './auth/decide-access.ts';
import type { GraphStore } from './composition/graph-store.ts';
import type { CallContext } from './datasource/data-source.ts';
import type { DataSources } from './datasource/data-sources.ts';
import type { PersistedOperations } from './http/persisted-operations.ts';
import type { GraphqlParameters } from './http/request-parameters.ts';
import type { Limits } from './limits/limits.ts';
import { costOf } from './limits/operation-cost.ts';
import { overLimit } from './limits/operation-limits.ts';
import type { RateLimitState, RateLimits } from './limits/rate-limits.ts';
import { executeOperation, type OperationInput, type OperationResult } from './planning/execute-operation.ts';
import type { OperationStore } from './planning/operation-store.ts';
import { OperationRefusedError } from './planning/parsed-operation.ts';
import type { PreparedOperation } from './planning/prepared-operation.ts';

/** An operation that has passed every guard and may run. */
export interface AdmittedOperation {
  readonly prepared: PreparedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly denials: OperationInput['denials'];
  /** What the caller has left; undefined where rate limits are off. */
  readonly rateLimit: RateLimitState | undefined;
}

/** What the transport knows about one operation. */
export interface Admission {
  readonly parameters: GraphqlParameters;
  readonly caller: Caller;
  readonly clientAddress: string;
  /** What this transport can carry: GET only queries, POST no subscriptions, sockets all. */
  readonly allowed: readonly OperationTypeNode[];
  /** For the log, where the transport does not make it known by itself. */
  readonly correlationId?: string | undefined;
}

/** The one way in for operations, on HTTP, sockets and event streams alike: admit, then execute. */
export interface Pipeline {
  /** Throws OperationRefusedError or a coded GraphQLError. */
  admit(admission: Admission): Promise<AdmittedOperation>;
  /** Throws OperationRefusedError before anything ran; later errors are in the result. */
  execute(operation: AdmittedOperation, call: CallContext): Promise<OperationResult>;
}

export interface PipelineOptions {
  readonly graphs: GraphStore;
  readonly operations: OperationStore;
  readonly persisted: PersistedOperations;
  readonly sources: DataSources;
  readonly access: AccessSettings;
  readonly rateLimits: RateLimits;
  readonly limits: Limits;
  /** Whether a refusal says which limit was passed and by how much: in development. */
  readonly isExplained: boolean;
}

export function createPipeline(options: PipelineOptions): Pipeline {
  const { graphs, operations, persisted, sources, access, rateLimits, limits, isExplained } = options;
  return {
    // The guards in order: each needs what the one before has established, and the cheap ones come first.
    async admit({ parameters, caller, clientAddress, allowed, correlationId }) {
      const text = persisted.textOf(parameters, correlationId);
      const prepared = operations.prepare(graphs.current, text, parameters.operationName);
      const kind = prepared.operation.operation;
      if (!allowed.includes(kind)) throw notAllowedHere(kind);
      const { variables } = parameters;
      const cost = costOf(prepared, variables);
      if (cost > limits.maxCost) throw overLimit('OPERATION_TOO_COSTLY', 'cost', cost, limits.maxCost, isExplained);
      const rateLimit = await rateLimits.spend(prepared, cost, caller, clientAddress);
      const denials = await decideAccess(prepared, caller, access);
      return { prepared, variables, denials, rateLimit };
    },
    execute({ prepared, variables, denials }, call) {
      return executeOperation(prepared, { sources: sources.forGraph(prepared.graph), call, variables, denials });
    },
  };
}

/** The transport does not carry this kind of operation: HTTP answers 405. */
export class OperationKindError extends OperationRefusedError {}

function notAllowedHere(kind: OperationTypeNode): OperationKindError {
  const message =
    kind === OperationTypeNode.SUBSCRIPTION
      ? 'Subscriptions are served over WebSocket (graphql-transport-ws) or as an event stream, not as a single answer.'
      : 'Only queries may be sent with GET: use POST.';
  return new OperationKindError([codedError('BAD_USER_INPUT', message)]);
}
