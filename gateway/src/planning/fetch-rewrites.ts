import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { isObjectOfType } from './object-types.ts';
import { isRawObject, type RawObject } from './raw-data.ts';

const typeConditionPrefix = '... on ';

/** Applies the planner's renames and value settings to a subgraph's input or answer, in place. */
export function applyRewrites(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[] | undefined,
  value: unknown,
): void {
  for (const rewrite of rewrites ?? []) {
    const field = rewrite.path.at(-1);
    if (field === undefined) continue;
    visitAtPath(schema, rewrite.path, 0, value, (object) => {
      if (rewrite.kind === 'ValueSetter') {
        object[field] = rewrite.setValueTo;
      } else if (object[field] !== undefined && object[field] !== null) {
        object[rewrite.renameKeyTo] = object[field];
        delete object[field];
      }
    });
  }
}

/** An error's path in a fetch's answer with the names that its fields get by the planner's renames. */
export function renamedPath(
  rewrites: readonly FetchDataRewrite[] | undefined,
  path: readonly (string | number)[],
): readonly (string | number)[] {
  if (rewrites === undefined || rewrites.length === 0) return path;
  // An alias of the planner's is made from the field's name, so it stands for that name wherever it is met.
  const names = new Map<string | number | undefined, string>();
  for (const rewrite of rewrites) {
    if (rewrite.kind === 'KeyRenamer') names.set(rewrite.path.at(-1), rewrite.renameKeyTo);
  }
  return path.map((step) => names.get(step) ?? step);
}

function visitAtPath(
  schema: GraphQLSchema,
  path: readonly string[],
  depth: number,
  value: unknown,
  change: (object: RawObject) => void,
): void {
  if (Array.isArray(value)) {
    for (const element of value) visitAtPath(schema, path, depth, element, change);
    return;
  }
  if (!isRawObject(value)) return;
  const step = path[depth];
  if (depth === path.length - 1 || step === undefined) {
    change(value);
  } else if (step.startsWith(typeConditionPrefix)) {
    if (isObjectOfType(schema, value, step.slice(typeConditionPrefix.length), true)) {
      visitAtPath(schema, path, depth + 1, value, change);
    }
  } else {
    visitAtPath(schema, path, depth + 1, value[step], change);
  }
}
