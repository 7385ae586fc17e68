import { type GraphQLField, type GraphQLNamedType, getNamedType, isNonNullType, isObjectType } from 'graphql';

/** Selects every field below a type, skipping what needs arguments and types that are being selected already. */
export function selectEverything(type: GraphQLNamedType, maxDepth = 6, within: readonly string[] = []): string {
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (needsArguments(field)) return [];
    const inner = getNamedType(field.type);
    if (!isObjectType(inner)) return 'getFields' in inner ? [] : [field.name];
    if (within.length >= maxDepth || within.includes(inner.name)) return [];
    const selection = selectEverything(inner, maxDepth, [...within, type.name]);
    return selection === '' ? [] : [`${field.name} ${selection}`];
  });
  return fields.length === 0 ? '' : `{ ${fields.join(' ')} }`;
}

function needsArguments(field: GraphQLField<unknown, unknown>): boolean {
  return field.args.some(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined);
}
