import {
  type DirectiveNode,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Graph } from '../composition/load-graph.ts';
import type { PreparedOperation } from '../planning/prepared-operation.ts';

/** `PUBLIC` and `PRIVATE` of composed `@cacheControl(scope:)` directives, by `Type` and `Type.field`. */
type Scopes = ReadonlyMap<string, string>;

const scopesOfGraphs = new WeakMap<Graph, Scopes>();
const answers = new WeakMap<PreparedOperation, boolean>();

/**
 * Whether the schema says of every selected field that its value is the same for all viewers, so that a stream may be
 * shared across subjects. A field says so itself, or the type it stands on does; one silent or private field is enough for no.
 */
export function isSameForAll(prepared: PreparedOperation): boolean {
  const known = answers.get(prepared);
  if (known !== undefined) return known;
  let scopes = scopesOfGraphs.get(prepared.graph);
  if (scopes === undefined) {
    scopes = readScopes(prepared.graph);
    scopesOfGraphs.set(prepared.graph, scopes);
  }
  const answer = scopes.size > 0 && isEachPublic(prepared, scopes);
  answers.set(prepared, answer);
  return answer;
}

function isEachPublic({ graph: { schema }, operation, fragments }: PreparedOperation, scopes: Scopes): boolean {
  let isPublic = true;
  for (const definition of [operation, ...fragments.values()]) {
    const typeInfo = new TypeInfo(schema);
    visit(
      definition,
      visitWithTypeInfo(typeInfo, {
        Field({ name }) {
          const parent = typeInfo.getParentType();
          if (name.value.startsWith('__') || !parent || !isCompositeType(parent)) return;
          const returned = getNamedType(typeInfo.getType());
          const owners = [parent, ...(isAbstractType(parent) ? schema.getPossibleTypes(parent) : [])];
          const said = owners.map((owner) => scopes.get(`${owner.name}.${name.value}`) ?? scopes.get(owner.name));
          const ofReturned = returned && scopes.get(returned.name);
          if (said.some((scope) => scope !== 'PUBLIC') || ofReturned === 'PRIVATE') isPublic = false;
        },
      }),
    );
  }
  return isPublic;
}

function readScopes({ document }: Graph): Scopes {
  const scopes = new Map<string, string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const ofType = scopeIn(definition.directives);
    if (ofType !== undefined) scopes.set(definition.name.value, ofType);
    for (const field of definition.fields ?? []) {
      const ofField = scopeIn(field.directives);
      if (ofField !== undefined) scopes.set(`${definition.name.value}.${field.name.value}`, ofField);
    }
  }
  return scopes;
}

function scopeIn(directives: readonly DirectiveNode[] | undefined): string | undefined {
  const directive = directives?.find(({ name }) => name.value === 'cacheControl');
  const value = directive?.arguments?.find(({ name }) => name.value === 'scope')?.value;
  return value?.kind === Kind.ENUM ? value.value : undefined;
}
