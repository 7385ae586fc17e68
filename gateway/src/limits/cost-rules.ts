import { type ConstDirectiveNode, type DirectiveNode, type DocumentNode, Kind, type ValueNode } from 'graphql';

/** How long a list may be, as `@listSize` says it. */
export interface ListSizeRule {
  readonly assumedSize: number | undefined;
  readonly slicingArguments: readonly string[];
  /** Fields of the returned object that hold the list (connections). */
  readonly sizedFields: readonly string[];
}

/** `@cost` and `@listSize` of a supergraph, by `Type`, `Type.field`. */
export interface CostRules {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSizeRule>;
}

/** Reads the cost directives under the names that the supergraph's `@link` gives them. */
export function readCostRules(supergraph: DocumentNode): CostRules {
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSizeRule>();
  for (const definition of supergraph.definitions) {
    if (!('directives' in definition) || !('name' in definition) || definition.name === undefined) continue;
    const typeName = definition.name.value;
    const typeWeight = weightOf(definition.directives);
    if (typeWeight !== undefined) weights.set(typeName, typeWeight);
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of definition.fields ?? []) {
      const weight = weightOf(field.directives);
      if (weight !== undefined) weights.set(`${typeName}.${field.name.value}`, weight);
      const listSize = directiveNamed(field.directives, 'listSize');
      if (listSize !== undefined) listSizes.set(`${typeName}.${field.name.value}`, listSizeRule(listSize));
    }
  }
  return { weights, listSizes };
}

type Directives = readonly (DirectiveNode | ConstDirectiveNode)[] | undefined;

function directiveNamed(directives: Directives, name: string) {
  // Imported under its own name, or prefixed with the feature's (`cost__listSize`).
  return directives?.find(({ name: { value } }) => value === name || value === `cost__${name}`);
}

function weightOf(directives: Directives): number | undefined {
  const value = argument(directiveNamed(directives, 'cost'), 'weight');
  return value?.kind === Kind.INT || value?.kind === Kind.STRING ? Number(value.value) : undefined;
}

function listSizeRule(directive: DirectiveNode | ConstDirectiveNode): ListSizeRule {
  const assumed = argument(directive, 'assumedSize');
  return {
    assumedSize: assumed?.kind === Kind.INT ? Number(assumed.value) : undefined,
    slicingArguments: strings(argument(directive, 'slicingArguments')),
    sizedFields: strings(argument(directive, 'sizedFields')),
  };
}

function argument(directive: DirectiveNode | ConstDirectiveNode | undefined, name: string): ValueNode | undefined {
  return directive?.arguments?.find((node) => node.name.value === name)?.value;
}

function strings(value: ValueNode | undefined): string[] {
  if (value?.kind !== Kind.LIST) return [];
  return value.values.flatMap((node) => (node.kind === Kind.STRING ? [node.value] : []));
}
