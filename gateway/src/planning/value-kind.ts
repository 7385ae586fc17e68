import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { leafCheck } from './leaf-values.ts';

/**
 * A type, taken apart once. Shaping looks at the type of every value of every answer, and asking graphql-js what kind
 * it is costs more than all the rest of the work on that value.
 */
export type ValueKind = NullableKind | { readonly kind: 'non-null'; readonly of: NullableKind };

export type NullableKind =
  | { readonly kind: 'list'; readonly of: ValueKind }
  | { readonly kind: 'leaf'; readonly isValid: (value: unknown) => boolean }
  | { readonly kind: 'composite'; readonly type: GraphQLCompositeType; readonly isObject: boolean };

const kinds = new WeakMap<GraphQLOutputType, ValueKind>();

export function valueKind(type: GraphQLOutputType): ValueKind {
  const known = kinds.get(type);
  if (known !== undefined) return known;
  const kind = takeApart(type);
  kinds.set(type, kind);
  return kind;
}

function takeApart(type: GraphQLOutputType): ValueKind {
  // What is under a non-null type is never another.
  if (isNonNullType(type)) return { kind: 'non-null', of: valueKind(type.ofType) as NullableKind };
  if (isListType(type)) return { kind: 'list', of: valueKind(type.ofType) };
  if (isCompositeType(type)) return { kind: 'composite', type, isObject: isObjectType(type) };
  return { kind: 'leaf', isValid: leafCheck(type) };
}
