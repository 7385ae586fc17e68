import { operationFromDocument } from '@apollo/federation-internals';
import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { codedError } from '@swiftcart/graphql';
import { type FieldNode, type GraphQLCompositeType, isCompositeType, Kind, type SelectionNode } from 'graphql';
import { readFieldSets } from '../composition/field-sets.ts';
import type { Graph } from '../composition/load-graph.ts';
import { readSubgraphTypes } from '../composition/subgraph-types.ts';
import { createEntityPlanner, type EntityPlanner } from './entity-planner.ts';
import { type MemberRules, withLeftOutMembers } from './left-out-members.ts';
import { requireNonEmptyPlan } from './non-empty-plan.ts';
import { OperationRefusedError, type ParsedOperation } from './parsed-operation.ts';
import { createRawNaming, type RawNaming, rawNamesOf, withRawNames } from './raw-names.ts';
import { withLaterNodes } from './rebuild-plan.ts';
import { findRequiresConflicts, type RequiresConflicts } from './requires-conflicts.ts';
import { type DetachedField, splitConflicts } from './split-conflicts.ts';
import { withTypedFragments } from './typed-fragments.ts';

/** A plan with the raw names that differ from the client's. */
export interface PlannedOperation {
  readonly plan: QueryPlan;
  readonly rawNames: ReadonlyMap<FieldNode, string>;
}

/** What the repairs know about one graph. */
interface PlanningRules {
  /** Names of fields with `@requires`, on whatever type. */
  readonly requiring: ReadonlySet<string>;
  readonly naming: RawNaming;
  readonly conflicts: RequiresConflicts;
  readonly members: MemberRules;
  entityPlanner(): EntityPlanner;
}

const rulesOfGraphs = new WeakMap<Graph, PlanningRules>();

/**
 * Plans one operation; `original` is the client's, `parsed` what remains of it after access was decided.
 * Throws OperationRefusedError when the graph cannot answer it.
 */
export function planOperation(graph: Graph, original: ParsedOperation, parsed: ParsedOperation): PlannedOperation {
  const rules = planningRules(graph);
  const plan = planWithSplits(graph, rules, withRawNames(withTypedFragments(graph.schema, parsed), rules.naming));
  requireNonEmptyPlan(plan, parsed);
  return { plan, rawNames: rawNamesOf(original, rules.naming) };
}

/** Names of fields with `@requires` in a graph, on whatever type. */
export function requiringFields(graph: Graph): ReadonlySet<string> {
  return planningRules(graph).requiring;
}

function planningRules(graph: Graph): PlanningRules {
  const known = rulesOfGraphs.get(graph);
  if (known !== undefined) return known;
  const fieldSets = readFieldSets(graph.plannable);
  const graphs = new Map(graph.subgraphs.map((subgraph) => [subgraph.name, subgraph.graph]));
  let entityPlanner: EntityPlanner | undefined;
  const rules: PlanningRules = {
    requiring: new Set(fieldSets.requires.map(({ fieldName }) => fieldName)),
    naming: createRawNaming(fieldSets),
    conflicts: findRequiresConflicts(fieldSets),
    members: {
      schema: graph.supergraphSchema,
      types: readSubgraphTypes(graph.plannable),
      graphOf: (serviceName) => graphs.get(serviceName) ?? '',
    },
    entityPlanner() {
      entityPlanner ??= createEntityPlanner(graph.plannable, fieldSets);
      return entityPlanner;
    },
  };
  rulesOfGraphs.set(graph, rules);
  return rules;
}

/** Repair D, second half: the detached fields are planned from their entities and fetched after everything else, in turn. */
function planWithSplits(graph: Graph, rules: PlanningRules, parsed: ParsedOperation): QueryPlan {
  const rootType = graph.schema.getRootType(parsed.operation.operation);
  if (!rules.conflicts.hasAny || !rootType) return buildPlan(graph, rules, parsed);
  const { fragments, operation } = parsed;
  const later: PlanNode[] = [];

  const splitAt = (type: GraphQLCompositeType, path: readonly string[], selections: readonly SelectionNode[]) =>
    splitConflicts(graph.schema, { type, path, selections, fragments }, rules.conflicts, planLater);

  /** Plans a detached field, whose own selections may have to be split as well, and says which keys it starts from. */
  function planLater({ path, typeName, selection }: DetachedField): readonly string[] {
    const type = graph.schema.getType(typeName);
    const inner = isCompositeType(type) ? splitAt(type, path, [selection]).selections : [selection];
    const plan = rules.entityPlanner().plan(typeName, inner, operation.variableDefinitions ?? []);
    if (plan === undefined) {
      // Better no answer than a wrong one: there is no key of plain fields to come back to the entity by.
      const message = `Fields of ${typeName} in this operation cannot be fetched together: ask for them separately.`;
      throw new OperationRefusedError([codedError('BAD_USER_INPUT', message)]);
    }
    if (plan.node !== undefined) {
      later.unshift(path.length === 0 ? plan.node : { kind: 'Flatten', path: [...path], node: plan.node });
    }
    return plan.keyFields;
  }

  const { selections, detached } = splitAt(rootType, [], operation.selectionSet.selections);
  if (detached.length === 0) return buildPlan(graph, rules, parsed);
  const selectionSet = { kind: Kind.SELECTION_SET, selections } as const;
  const remaining = { ...parsed, operation: { ...operation, selectionSet }, fragments: new Map() };
  return withLaterNodes(buildPlan(graph, rules, remaining), later);
}

function buildPlan(graph: Graph, rules: PlanningRules, parsed: ParsedOperation): QueryPlan {
  const { operation, fragments } = parsed;
  const document = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments.values()] } as const;
  const plannable = operationFromDocument(graph.plannerSchema, document, { validate: false });
  try {
    const plan = graph.planner.buildQueryPlan(plannable);
    return withLeftOutMembers(plan, parsed, rules.members, (typeName, selections) =>
      rules.entityPlanner().plan(typeName, selections, operation.variableDefinitions ?? []),
    );
  } catch (cause) {
    // The planner bounds its own work and says so in words alone.
    if (cause instanceof Error && /exceed|limit/i.test(cause.message)) {
      throw new OperationRefusedError([codedError('OPERATION_TOO_COSTLY', 'This operation is too large to plan.')]);
    }
    throw cause;
  }
}
