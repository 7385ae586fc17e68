import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { codedError } from '@swiftcart/graphql';
import { type DocumentNode, type FieldNode, Kind } from 'graphql';
import type { Graph } from '../composition/load-graph.ts';
import { requireNonEmptyPlan } from './non-empty-plan.ts';
import { OperationRefusedError, type ParsedOperation } from './parsed-operation.ts';

/** A plan with the raw names that differ from the client's. */
export interface PlannedOperation {
  readonly plan: QueryPlan;
  readonly rawNames: ReadonlyMap<FieldNode, string>;
}

/** Plans one operation. Throws OperationRefusedError when the graph cannot answer it. */
export function planOperation(graph: Graph, parsed: ParsedOperation): PlannedOperation {
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [parsed.operation, ...parsed.fragments.values()],
  };
  const operation = operationFromDocument(graph.plannerSchema, document, { validate: false });
  let plan: QueryPlan;
  try {
    plan = graph.planner.buildQueryPlan(operation);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (/limit|too many/i.test(message)) {
      throw new OperationRefusedError([codedError('OPERATION_TOO_COSTLY', 'This operation is too large to plan.')]);
    }
    throw cause;
  }
  requireNonEmptyPlan(plan, parsed);
  return { plan, rawNames: new Map() };
}
