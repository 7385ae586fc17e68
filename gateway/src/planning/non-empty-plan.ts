import type { QueryPlan } from '@apollo/query-planner';
import { codedError } from '@swiftcart/graphql';
import { type FragmentDefinitionNode, Kind, type SelectionNode } from 'graphql';
import { OperationRefusedError, type ParsedOperation } from './parsed-operation.ts';

/**
 * Repair B: an empty plan for a selection that needs data is an error.
 *
 * Where no subgraph can resolve a selection (an interface object whose implementations nobody knows, for one), the
 * planner does not refuse: it plans nothing, and the client would get a silent `null`. Only `__typename`,
 * introspection and selections switched off by a literal `@skip` or `@include` need no fetch.
 */
export function requireNonEmptyPlan(plan: QueryPlan, { operation, fragments }: ParsedOperation): void {
  if (plan.node !== undefined) return;
  if (!needsData(operation.selectionSet.selections, fragments, new Set())) return;
  throw new OperationRefusedError([codedError('INTERNAL_SERVER_ERROR', 'No subgraph can answer this operation.')]);
}

function needsData(
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  visited: Set<string>,
): boolean {
  return selections.some((selection) => {
    if (isSwitchedOff(selection)) return false;
    if (selection.kind === Kind.FIELD) return !selection.name.value.startsWith('__');
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return needsData(selection.selectionSet.selections, fragments, visited);
    const name = selection.name.value;
    if (visited.has(name)) return false;
    visited.add(name);
    return needsData(fragments.get(name)?.selectionSet.selections ?? [], fragments, visited);
  });
}

/** Whether a literal `@skip(if: true)` or `@include(if: false)` stands on it. */
export function isSwitchedOff(selection: SelectionNode): boolean {
  return (selection.directives ?? []).some((directive) => {
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
    if (value?.kind !== Kind.BOOLEAN) return false;
    return directive.name.value === 'skip' ? value.value : directive.name.value === 'include' && !value.value;
  });
}
