import { type FragmentDefinitionNode, type OperationDefinitionNode, visit } from 'graphql';

/** The planner refuses nothing over a spare variable, but a fetch must not declare one that it no longer uses. */
export function withUsedVariables(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): OperationDefinitionNode {
  const used = new Set<string>();
  const note = { Variable: (node: { name: { value: string } }) => void used.add(node.name.value) };
  visit({ ...operation, variableDefinitions: [] }, note);
  for (const fragment of fragments.values()) visit(fragment, note);
  return {
    ...operation,
    variableDefinitions: (operation.variableDefinitions ?? []).filter((node) => used.has(node.variable.name.value)),
  };
}
