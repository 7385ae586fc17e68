import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';

/** The plan with more nodes after everything else, in turn. */
export function withLaterNodes(plan: QueryPlan, later: readonly PlanNode[]): QueryPlan {
  if (later.length === 0) return plan;
  const { node } = plan;
  if (node?.kind === 'Subscription') {
    const nodes = [...(node.rest === undefined ? [] : [node.rest]), ...later];
    return { ...plan, node: { ...node, rest: { kind: 'Sequence', nodes } } };
  }
  return { ...plan, node: { kind: 'Sequence', nodes: [...(node === undefined ? [] : [node]), ...later] } };
}

/** The plan with some of its fetches replaced. */
export function withFetches(plan: QueryPlan, replace: (fetch: FetchNode) => FetchNode): QueryPlan {
  const rebuild = (node: PlanNode): PlanNode => {
    switch (node.kind) {
      case 'Fetch':
        return replace(node);
      case 'Flatten':
        return { ...node, node: rebuild(node.node) };
      case 'Sequence':
      case 'Parallel':
        return { ...node, nodes: node.nodes.map(rebuild) };
      case 'Condition':
        return {
          ...node,
          ...(node.ifClause && { ifClause: rebuild(node.ifClause) }),
          ...(node.elseClause && { elseClause: rebuild(node.elseClause) }),
        };
      case 'Defer':
        return node;
      default:
        return node satisfies never;
    }
  };
  const { node } = plan;
  if (node === undefined) return plan;
  if (node.kind !== 'Subscription') return { ...plan, node: rebuild(node) };
  return {
    ...plan,
    node: { ...node, primary: replace(node.primary), ...(node.rest && { rest: rebuild(node.rest) }) },
  };
}
