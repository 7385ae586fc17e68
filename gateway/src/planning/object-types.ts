import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';
import type { RawObject } from './raw-data.ts';

/**
 * Says whether a raw object is of a type, by its `__typename`. `whenUnknown` answers for objects that carry none:
 * the planner leaves `__typename` out where the static type already decides.
 */
export function isObjectOfType(
  schema: GraphQLSchema,
  object: RawObject,
  typeName: string,
  whenUnknown: boolean,
): boolean {
  const actual = object['__typename'];
  if (typeof actual !== 'string') return whenUnknown;
  if (actual === typeName) return true;
  const type = schema.getType(actual);
  const condition = schema.getType(typeName);
  if (!isAbstractType(condition)) return false;
  return (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(condition, type);
}
