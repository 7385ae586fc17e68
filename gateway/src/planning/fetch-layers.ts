import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { compiledFetch } from './compiled-fetch.ts';

/** What one fetch selects on the objects at one place of the response. */
export interface FetchLayer {
  readonly fetch: FetchNode;
  /** The static type of the place, as its subgraph has it; `_Entity` at the top of an entity fetch. */
  readonly typeName: string;
  readonly selectionSet: SelectionSetNode;
}

/** The selections at the top of each fetch, by the path that they fill: response names, `@` for each list level. */
export function topLayers(plan: QueryPlan, rootTypeName: string): ReadonlyMap<string, readonly FetchLayer[]> {
  const layers = new Map<string, FetchLayer[]>();

  function add(fetch: FetchNode, path: readonly string[]): void {
    const [definition] = compiledFetch(fetch).document().definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION) return;
    const [entities] = definition.selectionSet.selections;
    const isEntityFetch = fetch.requires !== undefined && entities?.kind === Kind.FIELD;
    const selectionSet = isEntityFetch ? entities.selectionSet : definition.selectionSet;
    if (selectionSet === undefined) return;
    const typeName = isEntityFetch ? '_Entity' : rootTypeName;
    layers.set(path.join('.'), [...(layers.get(path.join('.')) ?? []), { fetch, typeName, selectionSet }]);
  }

  function collect(node: PlanNode | undefined, path: readonly string[]): void {
    if (node?.kind === 'Fetch') add(node, path);
    else if (node?.kind === 'Flatten') collect(node.node, [...path, ...node.path.map(String)]);
    else if (node?.kind === 'Condition') for (const clause of [node.ifClause, node.elseClause]) collect(clause, path);
    else if (node?.kind === 'Sequence' || node?.kind === 'Parallel')
      for (const child of node.nodes) collect(child, path);
  }

  if (plan.node?.kind === 'Subscription') {
    add(plan.node.primary, []);
    collect(plan.node.rest, []);
  } else {
    collect(plan.node, []);
  }
  return layers;
}

/** The fields that a selection set fetches for objects of one type under one response name. */
export function fetchedFields(
  schema: GraphQLSchema,
  selections: readonly SelectionNode[],
  type: GraphQLObjectType,
  responseName: string,
): FieldNode[] {
  return selections.flatMap((selection): FieldNode[] => {
    if (selection.kind === Kind.FIELD) {
      // The planner numbers fields apart whose types would clash, and renames them in the answer.
      const name = (selection.alias ?? selection.name).value.replace(/__alias_\d+$/, '');
      return name === responseName ? [selection] : [];
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD || !applies(schema, selection.typeCondition?.name.value, type))
      return [];
    return fetchedFields(schema, selection.selectionSet.selections, type, responseName);
  });
}

/** Whether a type condition, if any, lets objects of the type through. */
export function applies(schema: GraphQLSchema, condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditionType = schema.getType(condition);
  return isAbstractType(conditionType) && schema.isSubType(conditionType, type);
}
