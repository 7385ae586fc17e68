import {
  type DirectiveNode,
  type DocumentNode,
  Kind,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
  visit,
} from 'graphql';

/** How one linked feature of a supergraph names its directives there (a feature may be linked `as:` another name). */
export interface SecurityFeatureNames {
  readonly authenticated: string | undefined;
  readonly requiresScopes: string | undefined;
  readonly policy: string | undefined;
}

/** Features of purpose SECURITY that this gateway enforces itself. */
const enforcedFeatures = ['authenticated', 'requiresScopes', 'policy'] as const;

/** Says under which directive names the supergraph applies the security features, undefined for those it does not link. */
export function securityFeatureNames(supergraph: DocumentNode): SecurityFeatureNames {
  const names: Record<string, string> = {};
  for (const link of linksOf(supergraph)) {
    const feature = featureOf(link);
    if (feature !== undefined) names[feature] = stringArgument(link, 'as') ?? feature;
  }
  return { authenticated: names['authenticated'], requiresScopes: names['requiresScopes'], policy: names['policy'] };
}

/**
 * Removes the enforced security features (their `@link`, definitions, scalars and uses) from a supergraph document.
 *
 * The planner's loader stops at any feature linked `for: SECURITY` that it does not implement. The rules are read from
 * the untouched document first and enforced before planning, so nothing is lost by hiding them from the planner.
 * A security feature that nobody here enforces keeps its link, and therefore still stops the load.
 */
export function withoutSecurityLinks(supergraph: DocumentNode): DocumentNode {
  const names = new Set(Object.values(securityFeatureNames(supergraph)).filter((name) => name !== undefined));
  if (names.size === 0) return supergraph;
  const scalars = new Set([...names].flatMap((name) => [`${name}__Scope`, `${name}__Policy`]));
  return visit(supergraph, {
    Directive: (node) => (names.has(node.name.value) || featureOf(node) !== undefined ? null : undefined),
    DirectiveDefinition: (node) => (names.has(node.name.value) ? null : undefined),
    ScalarTypeDefinition: (node) => (scalars.has(node.name.value) ? null : undefined),
  });
}

function linksOf(supergraph: DocumentNode): DirectiveNode[] {
  return supergraph.definitions
    .filter(
      (node): node is SchemaDefinitionNode | SchemaExtensionNode =>
        node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION,
    )
    .flatMap((node) => node.directives ?? [])
    .filter((directive) => directive.name.value === 'link');
}

function featureOf(directive: DirectiveNode): (typeof enforcedFeatures)[number] | undefined {
  if (directive.name.value !== 'link') return undefined;
  const url = stringArgument(directive, 'url');
  return enforcedFeatures.find((feature) => url?.includes(`specs.apollo.dev/${feature}/`));
}

function stringArgument(directive: DirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
