import type { FetchDataRewrite, FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { applyRewrites } from './fetch-rewrites.ts';
import { jsonText } from './json-text.ts';
import { isObjectOfType } from './object-types.ts';
import { isRawObject, mergeInto, type RawObject } from './raw-data.ts';

type Requires = readonly QueryPlanSelectionNode[];

/** Entities that share one representation, sent once. */
export interface RepresentationGroup {
  readonly representation: RawObject;
  /** The representation as JSON. */
  readonly text: string;
  readonly entities: RawObject[];
}

/**
 * Groups entities by what a subgraph needs to find them (`requires` of a fetch): a page of 100 lines of 10 products asks
 * for 10 products. An entity with a needed field that never arrived (its fetch failed) is left out.
 *
 * Equals are found by comparing the fields themselves: representations are then made and written out once a group, not
 * once an entity, and in a heavy answer there are many times more entities than groups.
 */
export function groupByRepresentation(
  schema: GraphQLSchema,
  entities: readonly RawObject[],
  { requires = [], inputRewrites }: Pick<FetchNode, 'requires' | 'inputRewrites'>,
): RepresentationGroup[] {
  const groups: Grouping = new Map();
  const found: RawObject[][] = [];
  let fields: readonly RepresentedField[] = [];
  let typeName: unknown;
  let ofType: Map<unknown, RawObject[][]> | undefined;
  for (const entity of entities) {
    const actual = entity['__typename'];
    if (ofType === undefined || actual !== typeName) {
      typeName = actual;
      fields = representedFields(schema, requires, actual);
      ofType = groups.get(actual) ?? new Map();
      groups.set(actual, ofType);
    }
    if (!hasAll(entity, fields)) continue;
    const first = fields[1] === undefined ? actual : entity[fields[1].name];
    const candidates = ofType.get(first);
    const equals = candidates === undefined ? undefined : membersEqualTo(schema, candidates, entity, fields);
    if (equals !== undefined) {
      equals.push(entity);
      continue;
    }
    const members = [entity];
    found.push(members);
    if (candidates === undefined) ofType.set(first, [members]);
    else candidates.push(members);
  }
  return found.length === 0 ? [] : representGroups(schema, found, requires, inputRewrites);
}

/** Groups by type, then by the first field after `__typename`, which as a rule is the key. */
type Grouping = Map<unknown, Map<unknown, RawObject[][]>>;

interface RepresentedField {
  readonly name: string;
  readonly selections: Requires | undefined;
}

const fieldsByRequires = new WeakMap<Requires, Map<unknown, readonly RepresentedField[]>>();

/** The fields that entities of one type are represented by, `__typename` first where it is asked for. */
function representedFields(schema: GraphQLSchema, requires: Requires, typeName: unknown): readonly RepresentedField[] {
  let ofTypes = fieldsByRequires.get(requires);
  if (ofTypes === undefined) {
    ofTypes = new Map();
    fieldsByRequires.set(requires, ofTypes);
  }
  let fields = ofTypes.get(typeName);
  if (fields === undefined) {
    const merged = new Map<string, Requires | undefined>();
    collectFields(schema, requires, { __typename: typeName }, merged);
    const isAsked = merged.delete('__typename');
    const others = [...merged].map(([name, selections]) => ({ name, selections }));
    fields = isAsked ? [{ name: '__typename', selections: undefined }, ...others] : others;
    ofTypes.set(typeName, fields);
  }
  return fields;
}

function collectFields(
  schema: GraphQLSchema,
  requires: Requires,
  entity: RawObject,
  merged: Map<string, Requires | undefined>,
): void {
  for (const selection of requires) {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition, selections } = selection;
      if (typeCondition !== undefined && isObjectOfType(schema, entity, typeCondition, false)) {
        collectFields(schema, selections, entity, merged);
      }
      continue;
    }
    const name = selection.alias ?? selection.name;
    const before = merged.get(name);
    merged.set(name, before && selection.selections ? [...before, ...selection.selections] : selection.selections);
  }
}

/** Nothing can be found without a type name, whatever else is known of it. */
function hasAll(entity: RawObject, fields: readonly RepresentedField[]): boolean {
  if (fields[0]?.name !== '__typename' || entity['__typename'] === undefined) return false;
  for (let index = 1; index < fields.length; index += 1) {
    if (entity[(fields[index] as RepresentedField).name] === undefined) return false;
  }
  return true;
}

/** Loops by index: these run for every entity of every fetch. */
function membersEqualTo(
  schema: GraphQLSchema,
  candidates: readonly RawObject[][],
  entity: RawObject,
  fields: readonly RepresentedField[],
): RawObject[] | undefined {
  for (let index = 0; index < candidates.length; index += 1) {
    const members = candidates[index];
    if (members !== undefined && areEqual(schema, members[0], entity, fields)) return members;
  }
  return undefined;
}

function areEqual(
  schema: GraphQLSchema,
  left: RawObject | undefined,
  right: RawObject,
  fields: readonly RepresentedField[],
): boolean {
  for (let index = 1; index < fields.length; index += 1) {
    const { name, selections } = fields[index] as RepresentedField;
    const own = left?.[name];
    const other = right[name];
    if (own === other) continue;
    if (typeof own !== 'object' || typeof other !== 'object') return false;
    const texts = [own, other].map((value) =>
      JSON.stringify(selections === undefined ? value : pickFrom(schema, value, selections)),
    );
    if (texts[0] !== texts[1]) return false;
  }
  return true;
}

/** Rewrites may make entities of different types equal (an interface object has one type for all), so texts decide last. */
function representGroups(
  schema: GraphQLSchema,
  found: readonly RawObject[][],
  requires: Requires,
  inputRewrites: readonly FetchDataRewrite[] | undefined,
): RepresentationGroup[] {
  const byText = new Map<string, RepresentationGroup>();
  for (const entities of found) {
    const representation = entities[0] && representationOf(schema, entities[0], requires);
    if (representation === undefined) continue;
    applyRewrites(schema, inputRewrites, representation);
    const text = jsonText(representation);
    const same = byText.get(text);
    if (same === undefined) byText.set(text, { representation, text, entities });
    else same.entities.push(...entities);
  }
  return [...byText.values()];
}

/** Picks from an entity what a subgraph needs to find it. Undefined when a needed field never arrived. */
function representationOf(schema: GraphQLSchema, entity: RawObject, requires: Requires): RawObject | undefined {
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
function pickFrom(schema: GraphQLSchema, value: unknown, selections: Requires): unknown {
  if (Array.isArray(value)) return value.map((element) => pickFrom(schema, element, selections));
  if (!isRawObject(value)) return value ?? null;
  return representationOf(schema, value, selections) ?? null;
}
