import { type FieldNode, Kind, visit } from 'graphql';
import { eachField, type FieldSets } from '../composition/field-sets.ts';
import type { ParsedOperation } from './parsed-operation.ts';

/** Tells under which response name the plan should fetch a client's field; undefined where the client's own will do. */
export type RawNaming = (field: FieldNode) => string | undefined;

/**
 * Repair C: keeps the client's response names apart from those that the plan needs for itself.
 *
 * Keys and `@requires` inputs are fetched into the same objects as the client's selection, under the fields' plain
 * names. The planner takes a client field of that response name for the input itself: `price(currency: "INR")` beside
 * a field that requires `price(currency: "USD")` sends rupees to the subgraph, and with `id: name` the client's `id`
 * is dropped in favour of the key. Both are silent. So such a field is fetched under another name, and the response
 * and its error paths are shaped back into the client's.
 */
export function createRawNaming({ requires, keys }: FieldSets): RawNaming {
  const reserved = new Set<string>();
  const withArguments = new Set<string>();
  for (const { selections } of [...requires, ...keys]) {
    eachField(selections, (field) => {
      reserved.add(field.name.value);
      if ((field.arguments ?? []).length > 0) withArguments.add(field.name.value);
    });
  }
  return (field) => {
    const name = field.name.value;
    const responseName = (field.alias ?? field.name).value;
    // No subgraph input, but as a key of a JavaScript object it would not be a key at all.
    if (responseName === '__proto__') return `proto__${name}`;
    // The plan itself reads an object's type under this name.
    if (responseName === '__typename' && name !== '__typename') return `typename__${name}`;
    if (!reserved.has(responseName)) return undefined;
    if (responseName === name && !withArguments.has(name)) return undefined;
    return `${responseName}__${name}`;
  };
}

/** The raw names of an operation's fields, for shaping its response. */
export function rawNamesOf(parsed: ParsedOperation, naming: RawNaming): ReadonlyMap<FieldNode, string> {
  const names = new Map<FieldNode, string>();
  eachOperationField(parsed, (field) => {
    const rawName = naming(field);
    if (rawName !== undefined) names.set(field, rawName);
  });
  return names;
}

/** The operation as it is planned: every field under its raw name. */
export function withRawNames(parsed: ParsedOperation, naming: RawNaming): ParsedOperation {
  let isChanged = false;
  const rename = {
    Field(field: FieldNode) {
      const rawName = naming(field);
      if (rawName === undefined) return undefined;
      isChanged = true;
      return { ...field, alias: { kind: Kind.NAME, value: rawName } as const };
    },
  };
  const operation = visit(parsed.operation, rename);
  const fragments = new Map([...parsed.fragments].map(([name, fragment]) => [name, visit(fragment, rename)]));
  return isChanged ? { document: parsed.document, operation, fragments } : parsed;
}

function eachOperationField(parsed: ParsedOperation, act: (field: FieldNode) => void): void {
  for (const definition of [parsed.operation, ...parsed.fragments.values()]) {
    visit(definition, { Field: (field) => act(field) });
  }
}
