import { type ArgumentNode, type DocumentNode, type GraphQLSchema, Kind, visit } from 'graphql';

/**
 * Writes out the arguments that a document leaves to their defaults, on directives.
 *
 * A directive of the supergraph's own is passed on to the subgraphs, each of which defines it for itself: where the
 * definition that clients see has a default, a subgraph may require the argument or have another default. What the
 * client meant is in the client's schema, so that is what every subgraph is told.
 */
export function withDirectiveDefaults(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  return visit(document, {
    Directive(node) {
      const given = node.arguments ?? [];
      const missing: ArgumentNode[] = [];
      for (const { name, astNode } of schema.getDirective(node.name.value)?.args ?? []) {
        const value = astNode?.defaultValue;
        if (value === undefined || given.some((argument) => argument.name.value === name)) continue;
        missing.push({ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value });
      }
      return missing.length === 0 ? undefined : { ...node, arguments: [...given, ...missing] };
    },
  });
}
