import { codedError } from '@swiftcart/graphql';
import { OperationTypeNode } from 'graphql';
import type { Caller } from './auth/caller.ts';
import { decideAccess } from './auth/decide-access.ts';
import type { GraphStore } from './composition/graph-store.ts';
import type { CallContext } from './datasource/data-source.ts';
import type { DataSources } from './datasource/data-sources.ts';
import type { GraphqlParameters } from './http/request-parameters.ts';
import { executeOperation, type OperationInput, type OperationResult } from './planning/execute-operation.ts';
import type { OperationStore } from './planning/operation-store.ts';
import { OperationRefusedError } from './planning/parsed-operation.ts';
import type { PreparedOperation } from './planning/prepared-operation.ts';

/** An operation that has passed every guard and may run. */
export interface AdmittedOperation {
  readonly prepared: PreparedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly denials: OperationInput['denials'];
}

/** What the transport knows about one operation. */
export interface Admission {
  readonly parameters: GraphqlParameters;
  readonly caller: Caller;
  readonly clientAddress: string;
  /** What this transport can carry: GET only queries, POST no subscriptions, sockets all. */
  readonly allowed: readonly OperationTypeNode[];
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
  readonly sources: DataSources;
}

export function createPipeline({ graphs, operations, sources }: PipelineOptions): Pipeline {
  return {
    async admit({ parameters, caller, allowed }) {
      const { query, operationName, variables } = parameters;
      if (query === undefined) throw codedError('BAD_USER_INPUT', 'The request has no query.');
      const prepared = operations.prepare(graphs.current, query, operationName);
      const kind = prepared.operation.operation;
      if (!allowed.includes(kind)) throw notAllowedHere(kind);
      const denials = decideAccess(prepared, caller);
      return { prepared, variables, denials };
    },
    execute(operation, call) {
      const { prepared, variables, denials } = operation;
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
