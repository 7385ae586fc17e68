import type { FetchNode, PlanNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { CallContext, DataSource } from '../datasource/data-source.ts';
import { executeFetch } from './execute-fetch.ts';
import type { PlanErrors } from './plan-errors.ts';
import type { RawObject } from './raw-data.ts';

/** Everything one execution of a plan needs; `data` and `errors` are filled in as answers arrive. */
export interface PlanExecution {
  readonly supergraphSchema: GraphQLSchema;
  readonly sources: ReadonlyMap<string, DataSource>;
  readonly call: CallContext;
  /** As the client sent them: what a fetch forwards. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Coerced, defaults included: what conditions read. */
  readonly coercedVariables: Readonly<Record<string, unknown>>;
  readonly data: RawObject;
  readonly errors: PlanErrors;
}

/**
 * Runs a query plan: fetches in the order it gives, each answer merged where the plan says.
 * Never rejects: a failed fetch becomes errors, and what does not depend on it still runs.
 */
export async function executePlan(execution: PlanExecution, node: PlanNode): Promise<void> {
  await executeNode(execution, node, []);
}

function executeNode(execution: PlanExecution, node: PlanNode, path: readonly (string | number)[]): Promise<unknown> {
  switch (node.kind) {
    case 'Sequence':
      return executeInTurn(execution, node.nodes, path);
    case 'Parallel':
      return Promise.all(node.nodes.map((child) => executeNode(execution, child, path)));
    case 'Flatten':
      return executeNode(execution, node.node, [...path, ...node.path]);
    case 'Fetch':
      return executeFetch(execution, node, path);
    case 'Condition': {
      const chosen = execution.coercedVariables[node.condition] === true ? node.ifClause : node.elseClause;
      return chosen === undefined ? Promise.resolve() : executeNode(execution, chosen, path);
    }
    case 'Defer':
      return Promise.reject(new Error('The planner was not asked for @defer.'));
    default:
      return node satisfies never;
  }
}

async function executeInTurn(
  execution: PlanExecution,
  nodes: readonly PlanNode[],
  path: readonly (string | number)[],
): Promise<void> {
  for (const node of nodes) await executeNode(execution, node, path);
}

/** Lists every fetch of a plan, in the order they are written. */
export function fetchesOf(node: PlanNode | undefined): FetchNode[] {
  if (node === undefined) return [];
  switch (node.kind) {
    case 'Fetch':
      return [node];
    case 'Flatten':
      return fetchesOf(node.node);
    case 'Condition':
      return [...fetchesOf(node.ifClause), ...fetchesOf(node.elseClause)];
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesOf);
    case 'Defer':
      return [];
    default:
      return node satisfies never;
  }
}
