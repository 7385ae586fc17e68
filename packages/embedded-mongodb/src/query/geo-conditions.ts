import { geometriesAt } from '../geo/geo-values.ts';
import { type Geometry, GeometryError, parseGeometry } from '../geo/geometry.ts';
import { type Near, parseNear } from '../geo/near.ts';
import { intersects, parseRegion } from '../geo/regions.ts';
import { type Doc, isDocument } from '../values/bson-type.ts';
import { badValue, failedToParse } from '../values/refusals.ts';
import type { Predicate } from './predicate.ts';

/** Geometries of one value, for `$elemMatch`; and at a path, which is the usual way. */
function geoPredicate(test: (geometry: Geometry) => boolean): Predicate {
  return {
    single: (value) => geometriesAt({ value }, 'value').some(test),
    at: (path) => (doc) => geometriesAt(doc, path).some(test),
  };
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof GeometryError) throw badValue(error.message);
    throw error;
  }
}

/** https://www.mongodb.com/docs/manual/reference/operator/query/geoWithin/ */
export function geoWithin(operand: unknown): Predicate {
  return geoPredicate(parsed(() => parseRegion(operand)));
}

/** https://www.mongodb.com/docs/manual/reference/operator/query/geoIntersects/ */
export function geoIntersects(operand: unknown): Predicate {
  if (!isDocument(operand) || !isDocument(operand['$geometry'])) throw badValue('$geoIntersects needs a $geometry');
  const asked = parsed(() => parseGeometry(operand['$geometry']));
  return geoPredicate((geometry) => intersects(asked, geometry));
}

/** The bounds of `$near`; the order comes from the planner, see nearCondition. */
export function geoNear(name: '$near' | '$nearSphere', operand: unknown, siblings: Doc): Predicate {
  const near = parsed(() => parseNear(name, operand, siblings));
  return geoPredicate((geometry) => {
    const distance = near.distance(geometry);
    return distance >= near.minDistance && distance <= near.maxDistance;
  });
}

/** Only beside `$near`, which reads it. */
export function geoBound(name: string, siblings: Doc): undefined {
  const isBeside = Object.hasOwn(siblings, '$near') || Object.hasOwn(siblings, '$nearSphere');
  if (!isBeside) throw failedToParse(`${name} is only valid beside $near and $nearSphere`);
  return undefined;
}

export interface NearCondition {
  readonly path: string;
  readonly near: Near;
}

/** The `$near` of a filter, which also sorts and needs a geospatial index. Throws 2 for a second one. */
export function nearCondition(filter: Doc): NearCondition | undefined {
  let found: NearCondition | undefined;
  const search = (clause: unknown): void => {
    if (!isDocument(clause)) return;
    for (const [name, operand] of Object.entries(clause)) {
      if (name === '$and' && Array.isArray(operand)) for (const inner of operand) search(inner);
      if (name.startsWith('$') || !isDocument(operand)) continue;
      const operator = (['$near', '$nearSphere'] as const).find((candidate) => Object.hasOwn(operand, candidate));
      if (!operator) continue;
      if (found) throw badValue('Too many geoNear expressions');
      found = { path: name, near: parsed(() => parseNear(operator, operand[operator], operand)) };
    }
  };
  search(filter);
  return found;
}
