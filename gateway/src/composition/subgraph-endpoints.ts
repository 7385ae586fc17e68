import { type DirectiveNode, type DocumentNode, Kind } from 'graphql';

/** One subgraph as the supergraph file lists it. */
export interface SubgraphEndpoint {
  readonly name: string;
  /** Routing URL; empty when the file gives none. */
  readonly url: string;
  /** The value of the `join__Graph` enum that stands for the subgraph in `@join__*` directives. */
  readonly graph: string;
}

/** Lists the subgraphs of a supergraph, from `enum join__Graph`. */
export function subgraphEndpoints(supergraph: DocumentNode): SubgraphEndpoint[] {
  const graphs = supergraph.definitions.find(
    (node) => node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph',
  );
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) return [];
  return (graphs.values ?? []).flatMap((value) => {
    const directive = value.directives?.find((node) => node.name.value === 'join__graph');
    if (directive === undefined) return [];
    const name = stringArgument(directive, 'name') ?? value.name.value;
    return [{ name, url: stringArgument(directive, 'url') ?? '', graph: value.name.value }];
  });
}

function stringArgument(directive: DirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
