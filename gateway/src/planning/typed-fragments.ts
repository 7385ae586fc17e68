import { type ASTNode, type GraphQLSchema, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { ParsedOperation } from './parsed-operation.ts';

/**
 * Repair E: gives every inline fragment without a type condition the type it stands on.
 *
 * Two members of a union may have a field of one name and of different nullability in one subgraph (`ID!` and `ID`),
 * though the supergraph makes them one type. The planner gives one of them another alias in the fetch, but looks for
 * it only through fields and typed fragments: inside `... @include(if: $more) { id }` the alias is not set, and the
 * subgraph refuses the whole fetch as invalid. The type says nothing new, so nothing else changes.
 */
export function withTypedFragments(schema: GraphQLSchema, parsed: ParsedOperation): ParsedOperation {
  let isChanged = false;
  const typed = <Node extends ASTNode>(root: Node): Node => {
    const types = new TypeInfo(schema);
    return visit(
      root,
      visitWithTypeInfo(types, {
        InlineFragment(node) {
          const type = types.getParentType();
          if (node.typeCondition !== undefined || !type) return undefined;
          isChanged = true;
          const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } } as const;
          return { ...node, typeCondition };
        },
      }),
    );
  };
  const operation = typed(parsed.operation);
  const fragments = new Map([...parsed.fragments].map(([name, fragment]) => [name, typed(fragment)]));
  return isChanged ? { document: parsed.document, operation, fragments } : parsed;
}
