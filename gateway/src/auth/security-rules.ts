import { type ConstDirectiveNode, type ConstValueNode, type DirectiveNode, type DocumentNode, Kind } from 'graphql';
import { securityFeatureNames } from '../composition/security-links.ts';

/** What a caller must bring. Alternatives of all-of lists, as the directives write them; empty means nothing beyond `authenticated`. */
export interface AccessRule {
  readonly authenticated: boolean;
  readonly scopes: readonly (readonly string[])[];
  readonly policies: readonly (readonly string[])[];
}

/** The rules of a supergraph, for types (`Product`) and fields (`Product.cost`). */
export interface SecurityRules {
  readonly types: ReadonlyMap<string, AccessRule>;
  readonly fields: ReadonlyMap<string, AccessRule>;
}

/** Reads `@authenticated`, `@requiresScopes` and `@policy` from the supergraph as composed. */
export function readSecurityRules(supergraph: DocumentNode): SecurityRules {
  const types = new Map<string, AccessRule>();
  const fields = new Map<string, AccessRule>();
  const ruleOf = ruleReader(supergraph);
  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || definition.name === undefined) continue;
    const rule = 'directives' in definition ? ruleOf(definition.directives) : undefined;
    if (rule !== undefined) types.set(definition.name.value, rule);
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of definition.fields ?? []) {
      const fieldRule = ruleOf(field.directives);
      if (fieldRule !== undefined) fields.set(`${definition.name.value}.${field.name.value}`, fieldRule);
    }
  }
  return { types, fields };
}

type Directives = readonly (DirectiveNode | ConstDirectiveNode)[] | undefined;

function ruleReader(supergraph: DocumentNode): (directives: Directives) => AccessRule | undefined {
  const names = securityFeatureNames(supergraph);
  return (directives) => {
    const find = (name: string | undefined) =>
      directives?.find((node) => name !== undefined && node.name.value === name);
    const authenticated = find(names.authenticated);
    const scopes = find(names.requiresScopes);
    const policy = find(names.policy);
    if (authenticated === undefined && scopes === undefined && policy === undefined) return undefined;
    return {
      authenticated: authenticated !== undefined,
      scopes: nestedStrings(scopes, 'scopes'),
      policies: nestedStrings(policy, 'policies'),
    };
  };
}

function nestedStrings(directive: DirectiveNode | ConstDirectiveNode | undefined, argument: string): string[][] {
  const value = directive?.arguments?.find((node) => node.name.value === argument)?.value as ConstValueNode | undefined;
  if (value?.kind !== Kind.LIST) return [];
  return value.values.map((inner) =>
    inner.kind === Kind.LIST
      ? inner.values.flatMap((text) => (text.kind === Kind.STRING ? [text.value] : []))
      : inner.kind === Kind.STRING
        ? [inner.value]
        : [],
  );
}
