import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type SelectionNode,
} from 'graphql';
import type { RequiresConflicts } from './requires-conflicts.ts';

type Path = readonly string[];

/** A field taken out of an operation, to be fetched afterwards from the entities at `path`. */
export interface DetachedField {
  /** Response names from the root, `@` for each list level. */
  readonly path: Path;
  readonly typeName: string;
  /** The field, wrapped in the conditions of the fragments it stood in. */
  readonly selection: SelectionNode;
}

export interface SplitSelections {
  readonly selections: readonly SelectionNode[];
  readonly detached: readonly DetachedField[];
}

/** A part of an operation: selections on the objects of one type at one place. */
export interface SelectionsAt {
  readonly type: GraphQLCompositeType;
  readonly path: Path;
  readonly selections: readonly SelectionNode[];
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/**
 * Repair D, first half: takes fields out of selections until no two that remain need one input with different
 * arguments.
 *
 * An input of `@requires` is fetched under its plain name, whatever its arguments: for fields that require
 * `price(currency: "USD")` and `price(currency: "EUR")` the planner fetches one of the two and sends it for both.
 * Only fetches one after the other can tell them apart, so all but the first such field wait for a fetch of their own.
 * `keysFor` names the fields that the later fetch starts from; they are selected in the detached field's place.
 */
export function splitConflicts(
  schema: GraphQLSchema,
  { type: rootType, path: rootPath, selections: rootSelections, fragments }: SelectionsAt,
  conflicts: RequiresConflicts,
  keysFor: (field: DetachedField) => readonly string[],
): SplitSelections {
  const detached: DetachedField[] = [];
  /** Fields that stay, by the place of their object and its type. */
  const staying = new Map<string, string[]>();

  function rewrite(
    parent: GraphQLCompositeType,
    selections: readonly SelectionNode[],
    path: Path,
    conditions: readonly DirectiveNode[],
  ): SelectionNode[] {
    return selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return rewriteField(parent, selection, path, conditions);
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (fragment === undefined) return [];
      const named = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
      const type = isCompositeType(named) ? named : parent;
      const applied = [...(selection.directives ?? [])];
      const inner = rewrite(type, fragment.selectionSet.selections, path, [...conditions, ...applied]);
      if (inner.length === 0) return [];
      return [inlineFragment(inner, applied, fragment.typeCondition?.name.value)];
    });
  }

  function rewriteField(
    parent: GraphQLCompositeType,
    field: FieldNode,
    path: Path,
    conditions: readonly DirectiveNode[],
  ): SelectionNode[] {
    const owners = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent];
    const leaving = owners.filter((owner) => isInTheWay(owner.name, field.name.value, path));
    const kept = leaving.length === owners.length ? [] : [withRewrittenSelections(parent, field, path)];
    if (leaving.length === 0) return kept;
    // An abstract parent: the field stays for the types that do not mind.
    const stays =
      kept.length === 0
        ? []
        : owners.filter((owner) => !leaving.includes(owner)).map((owner) => inlineFragment(kept, [], owner.name));
    const keys = leaving.flatMap((owner) => {
      const found = { path, typeName: owner.name, selection: inlineFragment([field], conditions, owner.name) };
      detached.push(found);
      return inlineFragment(['__typename', ...keysFor(found)].map(plainField), [], owner.name);
    });
    return [...stays, ...keys];
  }

  function isInTheWay(typeName: string, fieldName: string, path: Path): boolean {
    if (!conflicts.isSensitive(typeName, fieldName)) return false;
    const place = `${path.join('.')} ${typeName}`;
    const others = staying.get(place) ?? [];
    if (others.some((other) => conflicts.conflict(typeName, other, fieldName))) return true;
    staying.set(place, [...others, fieldName]);
    return false;
  }

  function withRewrittenSelections(parent: GraphQLCompositeType, field: FieldNode, path: Path): FieldNode {
    if (field.selectionSet === undefined) return field;
    const fields = 'getFields' in parent ? parent.getFields() : {};
    let type = fields[field.name.value]?.type;
    const named = type && getNamedType(type);
    if (type === undefined || !isCompositeType(named)) return field;
    const below = [...path, (field.alias ?? field.name).value];
    while (isNonNullType(type) || isListType(type)) {
      if (isListType(type)) below.push('@');
      type = type.ofType;
    }
    const selections = rewrite(named, field.selectionSet.selections, below, []);
    return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections } };
  }

  return { selections: rewrite(rootType, rootSelections, rootPath, []), detached };
}

function plainField(name: string): FieldNode {
  return { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name } };
}

/** Selections under a type condition and directives; the condition is left out when there is none. */
export function inlineFragment(
  selections: readonly SelectionNode[],
  directives: readonly DirectiveNode[],
  typeName: string | undefined,
): InlineFragmentNode {
  const names = directives.map((directive) => directive.name.value);
  // Conditions gathered from nested fragments: no directive of theirs may stand twice on one.
  const repeated = directives.findIndex((directive, index) => names.indexOf(directive.name.value) < index);
  const inner = repeated < 0 ? selections : [inlineFragment(selections, directives.slice(repeated), typeName)];
  return {
    kind: Kind.INLINE_FRAGMENT,
    ...(typeName === undefined
      ? {}
      : { typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeName } } }),
    directives: repeated < 0 ? directives : directives.slice(0, repeated),
    selectionSet: { kind: Kind.SELECTION_SET, selections: inner },
  };
}
