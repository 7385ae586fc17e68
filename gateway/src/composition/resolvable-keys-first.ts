import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

/**
 * Repair A: lists each type's resolvable `@join__type` applications before the non-resolvable ones.
 *
 * When a subgraph states a key twice, once with `resolvable: false`, the planner's query graph takes the first
 * application it meets as the verdict for that subgraph's entity type and then finds no edge into it: it plans a
 * fetch of nothing for fields that do exist there, silently. The order of these directives carries no meaning, so
 * putting the resolvable ones first changes nothing else.
 */
export function withResolvableKeysFirst(supergraph: DocumentNode): DocumentNode {
  return visit(supergraph, {
    ObjectTypeDefinition: (node) => ({ ...node, directives: sorted(node.directives) }),
    InterfaceTypeDefinition: (node) => ({ ...node, directives: sorted(node.directives) }),
  });
}

function sorted(directives: readonly ConstDirectiveNode[] | undefined): readonly ConstDirectiveNode[] {
  if (directives === undefined) return [];
  const isLast = (directive: ConstDirectiveNode) => Number(isUnresolvable(directive));
  return [...directives].sort((left, right) => isLast(left) - isLast(right));
}

function isUnresolvable(directive: ConstDirectiveNode): boolean {
  if (directive.name.value !== 'join__type') return false;
  const value = directive.arguments?.find((argument) => argument.name.value === 'resolvable')?.value;
  return value?.kind === Kind.BOOLEAN && !value.value;
}
