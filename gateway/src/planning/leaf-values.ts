import { type GraphQLLeafType, isEnumType } from 'graphql';

/**
 * Tells whether a leaf from a subgraph is a possible value of its type. Values of custom scalars are taken as they are:
 * only their subgraph knows them. An enum value hidden from clients is none of theirs.
 */
export function leafCheck(type: GraphQLLeafType): (value: unknown) => boolean {
  if (isEnumType(type)) {
    const names = new Set(type.getValues().map(({ name }) => name));
    return (value) => typeof value === 'string' && names.has(value);
  }
  switch (type.name) {
    case 'Int':
      return (value) => Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 31;
    case 'Float':
      return (value) => typeof value === 'number';
    case 'Boolean':
      return (value) => typeof value === 'boolean';
    case 'ID':
      return (value) => typeof value === 'string' || Number.isInteger(value);
    case 'String':
      return (value) => typeof value === 'string';
    default:
      return () => true;
  }
}
