import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
} from 'graphql';
import type { SubgraphTypes } from '../composition/subgraph-types.ts';
import { inlineFragment } from './split-conflicts.ts';

/** What it takes to read a client's selection for one subgraph. */
export interface SelectionContext {
  readonly types: SubgraphTypes;
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** A client's field as one subgraph can answer it alone, to the last leaf; undefined where it cannot. */
export function ownSelection(
  context: SelectionContext,
  graph: string,
  parentName: string,
  field: FieldNode,
): FieldNode | undefined {
  const { types, schema } = context;
  const name = field.name.value;
  if (name === '__typename') return field;
  const there = types.fieldOf(graph, parentName, name);
  // An interface's field is as much its own as the members make it.
  const owners = isAbstractType(schema.getType(parentName)) ? [...types.membersOf(graph, parentName)] : [parentName];
  if (there === undefined || !owners.every((owner) => types.fieldOf(graph, owner, name)?.isOwn === true))
    return undefined;
  if (field.selectionSet === undefined) return field;
  const selections = ownSelections(context, graph, there.typeName, field.selectionSet.selections);
  if (selections === undefined) return undefined;
  // Objects are told apart by it wherever their static type leaves it open.
  const typeName: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
  return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections: [typeName, ...selections] } };
}

function ownSelections(
  context: SelectionContext,
  graph: string,
  typeName: string,
  selections: readonly SelectionNode[],
): SelectionNode[] | undefined {
  const { types, schema, fragments } = context;
  const kept: SelectionNode[] = [];
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const own = ownSelection(context, graph, typeName, selection);
      if (own === undefined) return undefined;
      kept.push(own);
      continue;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (fragment === undefined) return undefined;
    const condition = fragment.typeCondition?.name.value ?? typeName;
    const members = types.membersOf(graph, typeName);
    const isGiven = [...types.membersOf(graph, condition)].some((member) => members.has(member));
    // An object type that never comes from there needs nothing; of an abstract type unknown there, members may.
    if (!isGiven && isObjectType(schema.getType(condition))) continue;
    const inner = isGiven ? ownSelections(context, graph, condition, fragment.selectionSet.selections) : undefined;
    if (inner === undefined) return undefined;
    if (inner.length > 0) kept.push(inlineFragment(inner, selection.directives ?? [], condition));
  }
  return kept;
}
