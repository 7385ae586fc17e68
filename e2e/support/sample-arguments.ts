import {
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';

/** How an operation calls one field: its variable declarations, the call's arguments, and values of the right types. */
export interface SampleArguments {
  /** `($id: ID!)`, or empty. */
  readonly declarations: string;
  /** `(id: $id)`, or empty. */
  readonly usages: string;
  readonly variables: Record<string, unknown>;
}

/** Only required arguments are given; the values are well-typed and belong to nothing. */
export function sampleArguments(field: GraphQLField<unknown, unknown>): SampleArguments {
  const required = field.args.filter(({ type }) => isNonNullType(type));
  if (required.length === 0) return { declarations: '', usages: '', variables: {} };
  return {
    declarations: `(${required.map(({ name, type }) => `$${name}: ${type}`).join(', ')})`,
    usages: `(${required.map(({ name }) => `${name}: $${name}`).join(', ')})`,
    variables: Object.fromEntries(required.map(({ name, type }) => [name, sampleValue(type)])),
  };
}

const SCALARS: Readonly<Record<string, unknown>> = {
  ID: 'nothing_00000000000000000000000000',
  String: 'nothing',
  Int: 1,
  Float: 1,
  Boolean: true,
  DateTime: '2026-01-01T00:00:00.000Z',
};

function sampleValue(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return sampleValue(type.ofType);
  if (isListType(type)) return [sampleValue(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter((each) => isNonNullType(each.type));
    return Object.fromEntries(required.map((each) => [each.name, sampleValue(each.type)]));
  }
  return SCALARS[type.name];
}
