import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import type { ParsedOperation } from '../planning/parsed-operation.ts';

/** How large an operation is once its fragments are expanded. */
export interface OperationSize {
  /** Levels of nested selections; introspection is not counted. */
  readonly depth: number;
  /** Fields with an alias, `__typename` among them. */
  readonly aliases: number;
  readonly directives: number;
  /** All fields: repeated fragments make this grow much faster than the text. */
  readonly fields: number;
  /** Different response names at the root. */
  readonly rootFields: number;
}

type PartSize = Omit<OperationSize, 'rootFields'>;

/**
 * Measures an operation. Each fragment is measured once and counted at every use, so a text of nested repeated
 * fragments is measured in time proportional to its length, not to what it expands to.
 */
export function measureOperation({ operation, fragments }: ParsedOperation): OperationSize {
  const measured = new Map<string, PartSize>();
  const ownDirectives = operation.directives?.length ?? 0;

  const measureSelections = ({ selections }: SelectionSetNode): PartSize => {
    let size: PartSize = { depth: 0, aliases: 0, directives: 0, fields: 0 };
    for (const selection of selections) {
      const directives = selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        const isIntrospection = selection.name.value === '__schema' || selection.name.value === '__type';
        const inner = selection.selectionSet && measureSelections(selection.selectionSet);
        size = add(size, {
          depth: isIntrospection ? 1 : 1 + (inner?.depth ?? 0),
          aliases: (selection.alias === undefined ? 0 : 1) + (inner?.aliases ?? 0),
          directives: directives + (inner?.directives ?? 0),
          fields: 1 + (inner?.fields ?? 0),
        });
      } else {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT
            ? measureSelections(selection.selectionSet)
            : measureFragment(fragments.get(selection.name.value));
        size = add(size, { ...inner, directives: inner.directives + directives });
      }
    }
    return size;
  };

  const measureFragment = (fragment: FragmentDefinitionNode | undefined): PartSize => {
    if (fragment === undefined) return { depth: 0, aliases: 0, directives: 0, fields: 0 };
    const known = measured.get(fragment.name.value);
    if (known !== undefined) return known;
    const size = measureSelections(fragment.selectionSet);
    measured.set(fragment.name.value, size);
    return size;
  };

  const size = measureSelections(operation.selectionSet);
  const rootNames = new Set<string>();
  collectRootNames(operation.selectionSet, fragments, rootNames, new Set());
  return { ...size, directives: size.directives + ownDirectives, rootFields: rootNames.size };
}

function add(left: PartSize, right: PartSize): PartSize {
  return {
    depth: Math.max(left.depth, right.depth),
    aliases: left.aliases + right.aliases,
    directives: left.directives + right.directives,
    fields: left.fields + right.fields,
  };
}

function collectRootNames(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  names: Set<string>,
  visited: Set<string>,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      names.add((selection.alias ?? selection.name).value);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      collectRootNames(selection.selectionSet, fragments, names, visited);
    } else if (!visited.has(selection.name.value)) {
      visited.add(selection.name.value);
      const fragment = fragments.get(selection.name.value);
      if (fragment !== undefined) collectRootNames(fragment.selectionSet, fragments, names, visited);
    }
  }
}
