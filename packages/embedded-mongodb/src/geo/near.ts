import { isDocument, isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import { type Geometry, GeometryError, type Position, parseGeometry, parsePosition } from './geometry.ts';
import { isInPolygons, segmentsOf } from './regions.ts';
import { EARTH_RADIUS_METERS, radiansBetween, radiansToSegment } from './sphere.ts';

/** A centre with bounds, in the unit that `distance` answers: metres, radians, or the plane's own. */
export interface Near {
  readonly minDistance: number;
  readonly maxDistance: number;
  distance(geometry: Geometry): number;
}

/**
 * Parses what stands under a field with `$near` or `$nearSphere`: GeoJSON measures metres; a legacy pair measures
 * radians on the sphere and units in the plane. https://www.mongodb.com/docs/manual/reference/operator/query/near/
 */
export function parseNear(operator: '$near' | '$nearSphere', operand: unknown, siblings: object): Near {
  const beside = siblings as Readonly<Record<string, unknown>>;
  if (isDocument(operand) && operand['$geometry'] !== undefined) {
    const { $geometry, $minDistance, $maxDistance } = operand;
    const extra = Object.keys(siblings).find((name) => name === '$maxDistance' || name === '$minDistance');
    if (extra)
      throw new GeometryError(
        `geo near accepts just one argument when querying for a GeoJSON point. Extra field found: ${extra}`,
      );
    const center = parseGeometry($geometry);
    const [point] = center.points;
    if (!point || center.points.length !== 1) throw new GeometryError('$near requires a point');
    return sphericalNear(point, $minDistance, $maxDistance, EARTH_RADIUS_METERS);
  }
  const legacy = isDocument(operand) && Array.isArray(operand['$near']) ? operand['$near'] : operand;
  const numbers = Array.isArray(legacy) ? legacy : [];
  const point = parsePosition(isGeoJsonPoint(legacy) ? legacy['coordinates'] : legacy);
  const most = beside['$maxDistance'] ?? (numbers.length > 2 ? numbers[2] : undefined);
  const least = beside['$minDistance'];
  return operator === '$nearSphere' ? sphericalNear(point, least, most, 1) : flatNear(point, least, most);
}

function isGeoJsonPoint(value: unknown): value is { coordinates: unknown } {
  return isDocument(value) && value['type'] === 'Point';
}

/** `radius` turns radians into the unit of the bounds. */
export function sphericalNear(center: Position, least: unknown, most: unknown, radius: number): Near {
  return {
    ...boundsOf(least, most),
    distance: (geometry) => radiansTo(center, geometry) * radius,
  };
}

export function flatNear(center: Position, least: unknown, most: unknown): Near {
  return {
    ...boundsOf(least, most),
    distance: ({ points }) => Math.min(...points.map(([x, y]) => Math.hypot(x - center[0], y - center[1]))),
  };
}

function boundsOf(least: unknown, most: unknown): { minDistance: number; maxDistance: number } {
  for (const [name, bound] of Object.entries({ $minDistance: least, $maxDistance: most })) {
    if (bound === undefined) continue;
    if (!isNumeric(bound) || !(toDouble(bound) >= 0)) throw new GeometryError(`${name} must be non-negative`);
  }
  return {
    minDistance: least === undefined ? 0 : toDouble(least),
    maxDistance: most === undefined ? Number.POSITIVE_INFINITY : toDouble(most),
  };
}

function radiansTo(center: Position, geometry: Geometry): number {
  if (isInPolygons(geometry.polygons, center)) return 0;
  const lines = [...geometry.lines, ...geometry.polygons.flat()].flatMap(segmentsOf);
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...geometry.points.map((point) => radiansBetween(center, point)),
    ...lines.map(([from, to]) => radiansToSegment(center, from, to)),
  );
}
