import { type GraphQLOutputType, isEnumType, specifiedScalarTypes } from 'graphql';

/**
 * Whether a leaf from a subgraph is a possible value of its type. Values of custom scalars are taken as they are: only
 * their subgraph knows them. An enum value hidden from clients is none of theirs.
 */
export function isValidLeaf(type: GraphQLOutputType, value: unknown): boolean {
  if (isEnumType(type)) return typeof value === 'string' && type.getValue(value) !== undefined;
  const check = 'name' in type ? builtInChecks.get(type.name) : undefined;
  return check === undefined || check(value);
}

const builtInChecks: ReadonlyMap<string, (value: unknown) => boolean> = new Map(
  specifiedScalarTypes.map(({ name }) => [name, checkOf(name)]),
);

function checkOf(name: string): (value: unknown) => boolean {
  switch (name) {
    case 'Int':
      return (value) => Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 31;
    case 'Float':
      return (value) => typeof value === 'number';
    case 'Boolean':
      return (value) => typeof value === 'boolean';
    case 'ID':
      return (value) => typeof value === 'string' || Number.isInteger(value);
    default:
      return (value) => typeof value === 'string';
  }
}
