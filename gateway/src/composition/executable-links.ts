import {
  type ConstDirectiveNode,
  type DirectiveDefinitionNode,
  DirectiveLocation,
  type DocumentNode,
  Kind,
  visit,
} from 'graphql';

const executableLocations: ReadonlySet<string> = new Set([
  DirectiveLocation.QUERY,
  DirectiveLocation.MUTATION,
  DirectiveLocation.SUBSCRIPTION,
  DirectiveLocation.FIELD,
  DirectiveLocation.FRAGMENT_DEFINITION,
  DirectiveLocation.FRAGMENT_SPREAD,
  DirectiveLocation.INLINE_FRAGMENT,
  DirectiveLocation.VARIABLE_DEFINITION,
]);

/**
 * Removes the `@link` of every custom feature whose directives stand in operations alone, and leaves their definitions.
 *
 * The loader hides whatever belongs to a linked feature from clients, because a feature mostly speaks to composition.
 * A directive that came here by `@composeDirective` and can only be written in an operation is of use to nobody but
 * clients: hidden, every operation with it is refused as unknown. Without the link it is a directive like any other
 * that all subgraphs define. A link with a purpose (`for:`) or of the federation's own specifications is kept.
 */
export function withoutExecutableLinks(supergraph: DocumentNode): DocumentNode {
  const definitions = supergraph.definitions.filter((node) => node.kind === Kind.DIRECTIVE_DEFINITION);
  return visit(supergraph, {
    Directive: (node) => (linksExecutableDirectives(node as ConstDirectiveNode, definitions) ? null : undefined),
  });
}

function linksExecutableDirectives(node: ConstDirectiveNode, definitions: readonly DirectiveDefinitionNode[]): boolean {
  if (node.name.value !== 'link') return false;
  const url = stringOf(argumentOf(node, 'url'));
  if (url === undefined || url.includes('specs.apollo.dev/') || argumentOf(node, 'for') !== undefined) return false;
  const isOfFeature = featureNames(node, url);
  const own = definitions.filter(({ name }) => isOfFeature(name.value));
  const isExecutable = ({ locations }: DirectiveDefinitionNode) =>
    locations.every(({ value }) => executableLocations.has(value));
  return own.length > 0 && own.every(isExecutable);
}

/** A feature's names: those imported, the feature's own (`…/name/v1.0`, or `as:`), and those it prefixes with `name__`. */
function featureNames(node: ConstDirectiveNode, url: string): (name: string) => boolean {
  const featureName = stringOf(argumentOf(node, 'as')) ?? url.split('/').at(-2) ?? '';
  const imported = new Set(importedNames(argumentOf(node, 'import')));
  return (name) => imported.has(`@${name}`) || name === featureName || name.startsWith(`${featureName}__`);
}

function importedNames(value: ReturnType<typeof argumentOf>): (string | undefined)[] {
  if (value?.kind !== Kind.LIST) return [];
  return value.values.map((item) => {
    if (item.kind !== Kind.OBJECT) return stringOf(item);
    const field = (name: string) => stringOf(item.fields.find((each) => each.name.value === name)?.value);
    return field('as') ?? field('name');
  });
}

function argumentOf(node: ConstDirectiveNode, name: string) {
  return node.arguments?.find((argument) => argument.name.value === name)?.value;
}

function stringOf(value: ReturnType<typeof argumentOf>): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}
