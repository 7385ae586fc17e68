import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { jsonText } from './json-text.ts';
import { isObjectOfType } from './object-types.ts';
import { isRawObject, mergeInto, type RawObject } from './raw-data.ts';

/**
 * Picks from an entity what a subgraph needs to find it (`requires` of a fetch).
 * Undefined when a needed field never arrived (its fetch failed): the entity is then left out of the fetch.
 */
export function representationOf(
  schema: GraphQLSchema,
  entity: RawObject,
  requires: readonly QueryPlanSelectionNode[],
): RawObject | undefined {
  const representation: RawObject = {};
  for (const selection of requires) {
    if (selection.kind === 'InlineFragment') {
      if (selection.typeCondition === undefined || !isObjectOfType(schema, entity, selection.typeCondition, false))
        continue;
      const part = representationOf(schema, entity, selection.selections);
      if (part === undefined) return undefined;
      mergeInto(representation, part);
      continue;
    }
    const name = selection.alias ?? selection.name;
    const value = entity[name];
    if (value === undefined) return undefined;
    representation[name] = selection.selections === undefined ? value : pickFrom(schema, value, selection.selections);
  }
  return representation;
}

/** A nested object that misses a field is sent as null, as a reference executor does: its owner answered without it. */
function pickFrom(schema: GraphQLSchema, value: unknown, selections: readonly QueryPlanSelectionNode[]): unknown {
  if (Array.isArray(value)) return value.map((element) => pickFrom(schema, element, selections));
  if (!isRawObject(value)) return value ?? null;
  return representationOf(schema, value, selections) ?? null;
}

/** Entities that share one representation, sent once. */
export interface RepresentationGroup {
  readonly representation: RawObject;
  /** The representation as JSON. */
  readonly text: string;
  readonly entities: RawObject[];
}

/** Groups entities by representation: a page of 100 lines of 10 products asks for 10 products. */
export function groupByRepresentation(
  entities: readonly RawObject[],
  represent: (entity: RawObject) => RawObject | undefined,
): RepresentationGroup[] {
  const groups = new Map<string, RepresentationGroup>();
  for (const entity of entities) {
    const representation = represent(entity);
    if (representation?.['__typename'] === undefined) continue;
    const text = jsonText(representation);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, { representation, text, entities: [entity] });
    else group.entities.push(entity);
  }
  return [...groups.values()];
}
