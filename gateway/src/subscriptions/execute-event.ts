import type { CallContext, DataSource, SubgraphResponse } from '../datasource/data-source.ts';
import { createOperationErrors, finishOperation, type OperationResult } from '../planning/execute-operation.ts';
import { executePlan } from '../planning/execute-plan.ts';
import { applyRewrites } from '../planning/fetch-rewrites.ts';
import { isRawObject, mergeInto, type RawObject } from '../planning/raw-data.ts';
import type { StreamPlan } from './plan-stream.ts';

/**
 * Completes one event with everything its plan fetches elsewhere, through the same data sources and repairs as a query.
 * Never rejects for a failed fetch: what could not be had is null with an error, and the stream goes on.
 */
export async function executeEvent(
  { prepared, planned, variables, coercedVariables, denials, primary, rest }: StreamPlan,
  event: SubgraphResponse,
  sources: ReadonlyMap<string, DataSource>,
  call: CallContext,
): Promise<OperationResult> {
  const errors = createOperationErrors();
  const data: RawObject = {};
  for (const error of event.errors ?? []) errors.addFromSubgraph(primary.serviceName, error, error.path);
  if (isRawObject(event.data)) {
    const { supergraphSchema } = prepared.graph;
    applyRewrites(supergraphSchema, primary.outputRewrites, event.data);
    mergeInto(data, event.data);
    if (rest !== undefined) {
      await executePlan({ supergraphSchema, sources, call, variables, coercedVariables, data, errors }, rest);
    }
  }
  return finishOperation(prepared, planned, { variables, denials, coercedVariables }, data, errors);
}
