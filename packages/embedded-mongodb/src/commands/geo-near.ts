import { Double } from 'bson';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import { geometriesAt } from '../geo/geo-values.ts';
import { type Geometry, GeometryError, parseGeometry } from '../geo/geometry.ts';
import { flatNear, sphericalNear } from '../geo/near.ts';
import { EARTH_RADIUS_METERS } from '../geo/sphere.ts';
import { selectRows } from '../planner/select-rows.ts';
import { compileFilter } from '../query/compile-filter.ts';
import { editPath } from '../update/path-edit.ts';
import { type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import { variablesOf } from './aggregate-selection.ts';
import { assertKnownFields, flagOf, optionalDocument, optionalString } from './arguments.ts';
import type { CommandContext } from './command.ts';

const FIELDS = [
  ...['near', 'distanceField', 'spherical', 'maxDistance', 'minDistance', 'query', 'distanceMultiplier'],
  ...['includeLocs', 'key'],
];

/** The documents of a leading `$geoNear`, nearest first: https://www.mongodb.com/docs/manual/reference/operator/aggregation/geoNear/ */
export function geoNearDocuments(context: CommandContext, collection: Collection | undefined, operand: unknown): Doc[] {
  if (!isDocument(operand)) throw new CommandError(10065, '$geoNear requires an object');
  assertKnownFields(operand, '$geoNear.spec', FIELDS);
  if (operand['near'] === undefined) throw new CommandError(5860400, "$geoNear requires a 'near' argument");
  const { measure, multiplier } = measureOf(operand);
  if (!collection) return [];
  const path = keyOf(collection, operand);
  const filterSpec = optionalDocument(operand, 'query') ?? {};
  const filter = compileFilter(filterSpec, variablesOf(context));
  const found: { doc: Doc; distance: number; geometry: Geometry }[] = [];
  for (const { doc } of selectRows(collection, { filterSpec, filter })) {
    let best: (typeof found)[number] | undefined;
    for (const geometry of geometriesAt(doc, path)) {
      const distance = measure.distance(geometry);
      if (distance < measure.minDistance || distance > measure.maxDistance) continue;
      if (!best || distance < best.distance) best = { doc, distance, geometry };
    }
    if (best) found.push(best);
  }
  found.sort((a, b) => a.distance - b.distance);
  const distanceField = optionalString(operand, 'distanceField');
  const includeLocs = optionalString(operand, 'includeLocs');
  return found.map(({ doc, distance, geometry }) => {
    let made = doc;
    if (distanceField) made = put(made, distanceField, new Double(distance * multiplier));
    return includeLocs ? put(made, includeLocs, locationOf(doc, path, geometry)) : made;
  });
}

const put = (doc: Doc, path: string, value: unknown): Doc => editPath(doc, path.split('.'), () => value, 'create');

/** The stored value as it is, or the pair that was nearest of several. */
function locationOf(doc: Doc, path: string, geometry: Geometry): unknown {
  if (geometry.isGeoJson && !path.includes('.')) return doc[path];
  const [point] = geometry.points;
  return point ? point.map((part) => new Double(part)) : null;
}

function measureOf(operand: Doc) {
  const multiplier = operand['distanceMultiplier'];
  if (multiplier !== undefined && !isNumeric(multiplier))
    throw new CommandError(14, '$geoNear requires a numeric distanceMultiplier');
  const { near, minDistance, maxDistance } = operand;
  try {
    const geometry = parseGeometry(near);
    const [point] = geometry.points;
    if (!point) throw new GeometryError("$geoNear needs a point as 'near'");
    const radius = geometry.isGeoJson ? EARTH_RADIUS_METERS : 1;
    const isSpherical = geometry.isGeoJson || flagOf(operand, 'spherical');
    return {
      measure: isSpherical
        ? sphericalNear(point, minDistance, maxDistance, radius)
        : flatNear(point, minDistance, maxDistance),
      multiplier: multiplier === undefined ? 1 : toDouble(multiplier),
    };
  } catch (error) {
    if (error instanceof GeometryError) throw new CommandError(2, error.message);
    throw error;
  }
}

/** The field that `key` names, or that of the one geospatial index. */
function keyOf(collection: Collection, operand: Doc): string {
  const paths = [...new Set(collection.geoPaths())];
  const key = optionalString(operand, 'key');
  if (key !== undefined && paths.includes(key)) return key;
  if (key !== undefined || paths.length === 0) {
    throw new CommandError(27, '$geoNear requires a 2d or 2dsphere index, but none were found');
  }
  if (paths.length > 1) {
    throw new CommandError(
      27,
      "There is more than one 2d or 2dsphere index; use 'key' to say which $geoNear shall use",
    );
  }
  return paths[0] as string;
}
