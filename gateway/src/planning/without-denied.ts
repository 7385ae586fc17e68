import {
  type ASTNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { ParsedOperation } from './parsed-operation.ts';
import type { Denial } from './response-shape.ts';
import { withUsedVariables } from './used-variables.ts';

/**
 * An operation without its denied fields, so that no subgraph is asked for them. A selection set left empty keeps
 * `__typename`, because the object itself is still wanted.
 */
export function withoutDenied(parsed: ParsedOperation, denials: ReadonlyMap<FieldNode, Denial>): ParsedOperation {
  if (denials.size === 0) return parsed;
  const prune = <Node extends ASTNode>(root: Node): Node =>
    visit(root, {
      Field: { enter: (node) => (denials.has(node) ? null : undefined) },
      SelectionSet: {
        leave: (node) =>
          node.selections.length > 0
            ? undefined
            : { ...node, selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }] },
      },
    });
  const operation: OperationDefinitionNode = prune(parsed.operation);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const [name, fragment] of parsed.fragments) fragments.set(name, prune(fragment));
  return { document: parsed.document, operation: withUsedVariables(operation, fragments), fragments };
}
