import {
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
} from 'graphql';

/** A repeatable source of numbers (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface RandomSelection {
  readonly selection: string;
  readonly fragments: string;
  /** `$yes: Boolean!` and so on, as far as they are used. */
  readonly definitions: readonly string[];
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A valid selection on a type: aliases, arguments, variables, directives, inline and named fragments, several levels deep. */
export function randomSelection(schema: GraphQLSchema, typeName: string, random: () => number): RandomSelection {
  const definitions = new Map<string, string>();
  const variables: Record<string, unknown> = {};
  const fragments: string[] = [];
  const chance = (share: number) => random() < share;
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  let aliases = 0;
  let fragmentCount = 0;

  function variable(type: string, value: unknown): string {
    const name = `v${definitions.size}`;
    definitions.set(name, `$${name}: ${type}`);
    variables[name] = value;
    return `$${name}`;
  }

  function directive(): string {
    if (!chance(0.12)) return '';
    const isOn = chance(0.6);
    const value = chance(0.5) ? String(isOn) : variable('Boolean!', isOn);
    return ` @${pick(['skip', 'include'])}(if: ${value})`;
  }

  function field(type: GraphQLCompositeType, depth: number): string | undefined {
    if (!('getFields' in type) || chance(0.08)) return `__typename${directive()}`;
    const chosen = pick(Object.values(type.getFields()));
    const named = getNamedType(chosen.type);
    if (isCompositeType(named) && depth <= 0) return undefined;
    const argument = chosen.args.find(({ name }) => name === 'first' || name === 'factor');
    let given = '';
    if (argument !== undefined && chance(0.7)) {
      const value = Math.floor(random() * 3) + 1;
      given = `(${argument.name}: ${chance(0.5) ? value : variable('Int', value)})`;
    }
    // Different arguments must not meet under one name; an alias of its own keeps every field apart.
    const alias = chance(0.4) || argument !== undefined ? `a${aliases++}: ` : '';
    const inner = isCompositeType(named) ? ` ${selections(named, depth - 1)}` : '';
    return `${alias}${chosen.name}${given}${directive()}${inner}`;
  }

  function selections(type: GraphQLCompositeType, depth: number): string {
    const parts: string[] = [];
    const count = 1 + Math.floor(random() * 4);
    for (let index = 0; index < count; index += 1) {
      const part = field(type, depth);
      if (part !== undefined) parts.push(part);
    }
    if (isAbstractType(type)) {
      for (const possible of schema.getPossibleTypes(type)) {
        if (chance(0.6)) parts.push(`... on ${possible.name}${directive()} ${selections(possible, depth)}`);
      }
    } else if (isObjectType(type) && depth > 0 && chance(0.25)) {
      const name = `F${fragmentCount++}`;
      fragments.push(`fragment ${name} on ${type.name} ${selections(type, depth - 1)}`);
      parts.push(`...${name}${directive()}`);
    }
    return `{ ${parts.length === 0 ? '__typename' : parts.join(' ')} }`;
  }

  const type = schema.getType(typeName);
  if (!isCompositeType(type)) throw new Error(`${typeName} has no fields.`);
  const selection = selections(type, 4);
  return { selection, fragments: fragments.join('\n'), definitions: [...definitions.values()], variables };
}
