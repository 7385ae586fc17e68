import type { FetchNode } from '@apollo/query-planner';
import {
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { compiledFetch } from './compiled-fetch.ts';

/**
 * A fetch with more selections: `additions` says which, by the selection sets of its compiled document.
 * Variables that only they use are declared as the client's operation declares them.
 */
export function withSelections(
  fetch: FetchNode,
  additions: ReadonlyMap<SelectionSetNode, readonly SelectionNode[]>,
  operation: OperationDefinitionNode,
): FetchNode {
  const used = new Set<string>();
  const document = visit(compiledFetch(fetch).document(), {
    SelectionSet: (node) => {
      const added = additions.get(node);
      return added && { ...node, selections: [...node.selections, ...added] };
    },
    Variable: (node) => void used.add(node.name.value),
  });
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return definition;
    const declared = definition.variableDefinitions ?? [];
    const names = new Set(declared.map((node) => node.variable.name.value));
    const missing = (operation.variableDefinitions ?? []).filter(
      ({ variable: { name } }) => used.has(name.value) && !names.has(name.value),
    );
    return { ...definition, variableDefinitions: [...declared, ...missing] };
  });
  const { operationDocumentNode: _, ...rest } = fetch;
  return {
    ...rest,
    operation: stripIgnoredCharacters(print({ ...document, definitions })),
    variableUsages: [...used].filter((name) => name !== 'representations'),
  };
}
