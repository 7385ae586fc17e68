import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

/**
 * Repair A: lists each type's resolvable `@join__type` applications before the non-resolvable ones.
 *
 * A field with `@requires` sends the planner out of its subgraph and back in. For the way back it takes the first key
 * that the subgraph can state itself, without asking whether it can be resolved there. Where a `resolvable: false` key
 * is listed first, the subgraph is sent a representation it has no answer for, and the field is null without a word.
 * The order of these directives carries no meaning, so putting the resolvable ones first changes nothing else.
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
