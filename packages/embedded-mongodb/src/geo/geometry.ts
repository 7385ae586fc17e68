import { type Doc, isDocument, isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';

/** Longitude and latitude in degrees, or x and y in the plane. */
export type Position = readonly [number, number];

/** Any geometry as its parts: points, open lines, and rings with holes. */
export interface Geometry {
  readonly points: readonly Position[];
  readonly lines: readonly (readonly Position[])[];
  /** Each polygon as its rings: the outer one, then holes; closed, the last position is the first. */
  readonly polygons: readonly (readonly (readonly Position[])[])[];
  /** GeoJSON lies on the sphere; a legacy pair does so only where the operator says so. */
  readonly isGeoJson: boolean;
}

/** What is wrong with a geometry, in MongoDB's words; the caller knows which code it gets. */
export class GeometryError extends Error {}

const NOTHING = { points: [], lines: [], polygons: [] };

/** A stored value or operand as geometry: GeoJSON, `[x, y]` or `{ x, y }`. Throws GeometryError. */
export function parseGeometry(value: unknown): Geometry {
  if (isDocument(value) && typeof value['type'] === 'string' && value['coordinates'] !== undefined) {
    return { ...parseGeoJson(value), isGeoJson: true };
  }
  if (isDocument(value) && value['type'] === 'GeometryCollection') return { ...parseGeoJson(value), isGeoJson: true };
  return { ...NOTHING, points: [parsePosition(value)], isGeoJson: false };
}

/** A legacy coordinate pair. */
export function parsePosition(value: unknown): Position {
  const parts = Array.isArray(value) ? value : isDocument(value) ? Object.values(value) : [];
  if (parts.length < 2 || !isNumeric(parts[0]) || !isNumeric(parts[1])) {
    throw new GeometryError('Point must be an array or object with two numeric coordinates');
  }
  return [toDouble(parts[0]), toDouble(parts[1])];
}

type Parts = Omit<Geometry, 'isGeoJson'>;

function parseGeoJson(doc: Doc): Parts {
  const coordinates = doc['coordinates'];
  switch (doc['type']) {
    case 'Point':
      return { ...NOTHING, points: [lngLat(coordinates)] };
    case 'MultiPoint':
      return { ...NOTHING, points: list(coordinates).map(lngLat) };
    case 'LineString':
      return { ...NOTHING, lines: [parseLine(coordinates)] };
    case 'MultiLineString':
      return { ...NOTHING, lines: list(coordinates).map(parseLine) };
    case 'Polygon':
      return { ...NOTHING, polygons: [parsePolygon(coordinates)] };
    case 'MultiPolygon':
      return { ...NOTHING, polygons: list(coordinates).map(parsePolygon) };
    case 'GeometryCollection':
      return merge(list(doc['geometries']).map(parseMember));
    default:
      throw new GeometryError(`unknown GeoJSON type: ${String(doc['type'])}`);
  }
}

function parseMember(member: unknown): Parts {
  if (!isDocument(member)) throw new GeometryError('Element of "geometries" must be an object');
  return parseGeoJson(member);
}

function merge(all: readonly Parts[]): Parts {
  return {
    points: all.flatMap(({ points }) => points),
    lines: all.flatMap(({ lines }) => lines),
    polygons: all.flatMap(({ polygons }) => polygons),
  };
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new GeometryError('GeoJSON coordinates must be an array with at least one element');
  return value;
}

function lngLat(value: unknown): Position {
  if (!Array.isArray(value)) throw new GeometryError('Point must be an array of coordinates');
  const [lng, lat] = parsePosition(value);
  if (!(lng >= -180 && lng <= 180 && lat >= -90 && lat <= 90))
    throw new GeometryError(`longitude/latitude is out of bounds, lng: ${lng} lat: ${lat}`);
  return [lng, lat];
}

function parseLine(value: unknown): Position[] {
  const positions = list(value).map(lngLat);
  const isLong = positions.some(([x, y]) => x !== positions[0]?.[0] || y !== positions[0]?.[1]);
  if (!isLong) throw new GeometryError('GeoJSON LineString must have at least 2 vertices');
  return positions;
}

function parsePolygon(value: unknown): Position[][] {
  return list(value).map((ring) => {
    const positions = list(ring).map(lngLat);
    const [first, last] = [positions[0] as Position, positions.at(-1) as Position];
    if (first[0] !== last[0] || first[1] !== last[1])
      throw new GeometryError(`Loop is not closed, first vertex does not equal last vertex: ${JSON.stringify(ring)}`);
    const distinct = new Set(positions.map((position) => position.join()));
    if (distinct.size < 3) throw new GeometryError('Loop must have at least 3 different vertices');
    return positions;
  });
}
