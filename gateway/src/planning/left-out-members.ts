import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import {
  type DirectiveNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { SubgraphTypes } from '../composition/subgraph-types.ts';
import type { EntityPlan } from './entity-planner.ts';
import { withSelections } from './extended-fetch.ts';
import { applies, type FetchLayer, fetchedFields, topLayers } from './fetch-layers.ts';
import { isSwitchedOff } from './non-empty-plan.ts';
import { ownSelection } from './own-selection.ts';
import type { ParsedOperation } from './parsed-operation.ts';
import { withFetches, withLaterNodes } from './rebuild-plan.ts';
import { inlineFragment } from './split-conflicts.ts';

/** What the repair reads of a graph. */
export interface MemberRules {
  readonly schema: GraphQLSchema;
  readonly types: SubgraphTypes;
  /** The `join__Graph` value of a subgraph. */
  graphOf(serviceName: string): string;
}

interface ClientField {
  readonly node: FieldNode;
  readonly conditions: readonly DirectiveNode[];
}

/**
 * Repair F: puts the fields of union and interface members back into a plan that left them out.
 *
 * Where two subgraphs answer a field and one of them never gives a `Refund`, the planner takes it that no `Refund` can
 * come from the other either, and leaves `... on Refund` out of the whole plan; those that do come are all nulls, without
 * an error. A subgraph that is asked anyway, and has such members, is therefore asked for their fields too: for those
 * that it answers itself at once, for others by a key and a fetch that starts from it, as `planEntity` gives them.
 */
export function withLeftOutMembers(
  plan: QueryPlan,
  parsed: ParsedOperation,
  { schema, types, graphOf }: MemberRules,
  planEntity: (typeName: string, selections: readonly SelectionNode[]) => EntityPlan | undefined,
): QueryPlan {
  const { operation, fragments } = parsed;
  const rootType = schema.getRootType(operation.operation);
  if (types.unequalFields.size === 0 || !rootType) return plan;
  const layersAt = topLayers(plan, rootType.name);
  const additions = new Map<SelectionSetNode, SelectionNode[]>();
  const changed = new Set<FetchNode>();
  const later: PlanNode[] = [];
  const visited = new Set<string>();
  const numbers = new Map<object, number>();

  function visitObject(
    type: GraphQLObjectType,
    fields: readonly ClientField[],
    layers: readonly FetchLayer[],
    path: readonly string[],
    isUnequal: boolean,
  ): void {
    const leftOut: ClientField[] = [];
    for (const [responseName, group] of byResponseName(fields)) {
      const fieldName = group[0]?.node.name.value ?? '';
      const definition = type.getFields()[fieldName];
      if (definition === undefined) continue;
      const fetched = layers.flatMap((layer) =>
        fetchedFields(schema, layer.selectionSet.selections, type, responseName).map((field) => ({ layer, field })),
      );
      if (fetched.length === 0) {
        leftOut.push(...group);
        continue;
      }
      const named = getNamedType(definition.type);
      if (!isCompositeType(named)) continue;
      const below = [...path, responseName, ...listSteps(definition.type)];
      const inner = fetched.flatMap(({ layer, field }): FetchLayer[] => {
        if (field.selectionSet === undefined) return [];
        const there = types.fieldOf(graphOf(layer.fetch.serviceName), type.name, fieldName)?.typeName ?? named.name;
        return [{ fetch: layer.fetch, typeName: there, selectionSet: field.selectionSet }];
      });
      const innerLayers = [...inner, ...(layersAt.get(below.join('.')) ?? [])];
      const selections = group.flatMap(({ node }) => node.selectionSet?.selections ?? []);
      const innerIsUnequal = types.unequalFields.has(`${type.name}.${fieldName}`);
      // Members share most of their selections: without this, nested interfaces would multiply.
      const parts = [...group.map(({ node }) => numberOf(node)), ...inner.map((layer) => numberOf(layer.selectionSet))];
      const place = [...below, innerIsUnequal, ...parts, ...inner.map((layer) => layer.typeName)].join(' ');
      if (visited.has(place)) continue;
      visited.add(place);
      for (const member of isAbstractType(named) ? schema.getPossibleTypes(named) : [named]) {
        if (isAbstractType(named) && !innerLayers.some((layer) => gives(layer, member))) continue;
        visitObject(member, clientFields(selections, member, []), innerLayers, below, innerIsUnequal);
      }
    }
    if (isUnequal && leftOut.length > 0) addLeftOut(type, leftOut, layers, path);
  }

  function addLeftOut(
    type: GraphQLObjectType,
    fields: readonly ClientField[],
    layers: readonly FetchLayer[],
    path: readonly string[],
  ): void {
    for (const layer of layers) {
      if (layer.typeName === type.name || !gives(layer, type)) continue;
      const graph = graphOf(layer.fetch.serviceName);
      const added: SelectionNode[] = [];
      const foreign: SelectionNode[] = [];
      for (const { node, conditions } of fields) {
        const own = ownSelection({ types, schema, fragments }, graph, type.name, node);
        (own ? added : foreign).push(inlineFragment([own ?? node], conditions, type.name));
      }
      const plan = foreign.length === 0 ? undefined : planEntity(type.name, foreign);
      const keys = plan && keysOf(plan, graph, type);
      if (keys !== undefined) added.push(keys);
      if (keys !== undefined && plan?.node) later.push({ kind: 'Flatten', path: [...path], node: plan.node });
      if (added.length === 0) continue;
      additions.set(layer.selectionSet, [...(additions.get(layer.selectionSet) ?? []), ...added]);
      changed.add(layer.fetch);
    }
  }

  /** The keys that the entity's plan starts from, where the subgraph has them all. */
  function keysOf({ keyFields }: EntityPlan, graph: string, type: GraphQLObjectType): SelectionNode | undefined {
    if (keyFields.some((key) => types.fieldOf(graph, type.name, key)?.isOwn !== true)) return undefined;
    const names = ['__typename', ...keyFields];
    return inlineFragment(
      names.map((name) => ({ kind: Kind.FIELD, name: { kind: Kind.NAME, value: name } })),
      [],
      type.name,
    );
  }

  function numberOf(node: object): number {
    const number = numbers.get(node) ?? numbers.size;
    numbers.set(node, number);
    return number;
  }

  function gives({ fetch, typeName }: FetchLayer, type: GraphQLObjectType): boolean {
    return types.membersOf(graphOf(fetch.serviceName), typeName).has(type.name);
  }

  function clientFields(
    selections: readonly SelectionNode[],
    type: GraphQLObjectType,
    conditions: readonly DirectiveNode[],
  ): ClientField[] {
    return selections.flatMap((selection): ClientField[] => {
      if (isSwitchedOff(selection)) return [];
      if (selection.kind === Kind.FIELD) return [{ node: selection, conditions }];
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment === undefined || !applies(schema, fragment.typeCondition?.name.value, type)) return [];
      return clientFields(fragment.selectionSet.selections, type, [...conditions, ...(selection.directives ?? [])]);
    });
  }

  visitObject(
    rootType,
    clientFields(operation.selectionSet.selections, rootType, []),
    layersAt.get('') ?? [],
    [],
    false,
  );
  if (changed.size === 0) return plan;
  const asked = withFetches(plan, (fetch) =>
    changed.has(fetch) ? withSelections(fetch, additions, operation) : fetch,
  );
  return withLaterNodes(asked, later);
}

function byResponseName(fields: readonly ClientField[]): ReadonlyMap<string, readonly ClientField[]> {
  const groups = new Map<string, ClientField[]>();
  for (const field of fields) {
    const name = (field.node.alias ?? field.node.name).value;
    groups.set(name, [...(groups.get(name) ?? []), field]);
  }
  return groups;
}

function listSteps(type: GraphQLOutputType): string[] {
  if (isNonNullType(type)) return listSteps(type.ofType);
  return isListType(type) ? ['@', ...listSteps(type.ofType)] : [];
}
