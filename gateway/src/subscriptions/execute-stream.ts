import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { codedError } from '@swiftcart/graphql';
import { OperationTypeNode } from 'graphql';
import type { CallContext, DataSource, SubgraphResponse } from '../datasource/data-source.ts';
import type { DataSources } from '../datasource/data-sources.ts';
import type { AdmittedOperation } from '../pipeline.ts';
import { compiledFetch } from '../planning/compiled-fetch.ts';
import {
  coerceVariables,
  createOperationErrors,
  finishOperation,
  type OperationResult,
} from '../planning/execute-operation.ts';
import { executePlan } from '../planning/execute-plan.ts';
import { applyRewrites } from '../planning/fetch-rewrites.ts';
import { isRawObject, mergeInto, type RawObject } from '../planning/raw-data.ts';

/** Runs federated subscriptions: one upstream stream for the plan's `primary`, its `rest` for every event. */
export interface StreamExecutor {
  /**
   * Opens the stream. Throws OperationRefusedError when it cannot be planned. The iteration ends when the subgraph
   * completes it, and throws a coded error when the subgraph refuses it or is lost.
   */
  open(operation: AdmittedOperation, call: CallContext): Promise<AsyncIterable<OperationResult>>;
}

export function createStreamExecutor(sources: DataSources): StreamExecutor {
  return {
    async open(operation, call) {
      const { prepared, variables, denials } = operation;
      const planned = prepared.planFor(denials);
      const { node } = planned.plan;
      if (node?.kind !== 'Subscription')
        throw codedError('BAD_USER_INPUT', 'This subscription selects nothing to wait for.');
      const coercedVariables = coerceVariables(prepared, variables);
      const available = sources.forGraph(prepared.graph);
      const source = available.get(node.primary.serviceName);
      if (source === undefined) throw new Error(`The supergraph names no subgraph ${node.primary.serviceName}.`);
      const join = async (event: SubgraphResponse): Promise<OperationResult> => {
        const errors = createOperationErrors();
        const data: RawObject = {};
        for (const error of event.errors ?? []) errors.addFromSubgraph(node.primary.serviceName, error, error.path);
        if (isRawObject(event.data)) {
          applyRewrites(prepared.graph.supergraphSchema, node.primary.outputRewrites, event.data);
          mergeInto(data, event.data);
          if (node.rest !== undefined) {
            const { supergraphSchema } = prepared.graph;
            const execution = { supergraphSchema, sources: available, call, variables, coercedVariables, data, errors };
            await executePlan(execution, node.rest as PlanNode);
          }
        }
        return finishOperation(prepared, planned, { variables, denials, coercedVariables }, data, errors);
      };
      return joinEach(source, node.primary, variables, call, join);
    },
  };
}

/** One event after the other: the next is joined only once this one has been taken, so order holds by construction. */
async function* joinEach(
  source: DataSource,
  primary: FetchNode,
  variables: Readonly<Record<string, unknown>>,
  call: CallContext,
  join: (event: SubgraphResponse) => Promise<OperationResult>,
): AsyncGenerator<OperationResult, void, void> {
  const used = Object.fromEntries(
    (primary.variableUsages ?? []).flatMap((name) => (variables[name] === undefined ? [] : [[name, variables[name]]])),
  );
  const events = source.subscribe(
    {
      operation: primary.operation,
      document: compiledFetch(primary).document,
      operationName: primary.operationName,
      kind: OperationTypeNode.SUBSCRIPTION,
      variables: used,
    },
    call,
  );
  for await (const event of events) yield join(event);
}
