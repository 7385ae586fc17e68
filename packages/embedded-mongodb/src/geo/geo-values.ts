import { type Doc, isDocument } from '../values/bson-type.ts';
import { valuesAtPath } from '../values/paths.ts';
import { type Geometry, GeometryError, parseGeometry } from './geometry.ts';

/**
 * The geometries at a path: GeoJSON, legacy pairs, or an array of either. What is none is passed over, as a query does;
 * an index refuses it first.
 */
export function geometriesAt(doc: Doc, path: string): Geometry[] {
  const values = valuesAtPath(doc, path);
  const found: Geometry[] = [];
  // An array's elements come before the array itself: a pair is the array, a list of pairs its elements.
  for (const value of values) {
    if (!Array.isArray(value) && !isDocument(value)) continue;
    try {
      found.push(parseGeometry(value));
    } catch {
      // no geometry
    }
  }
  return found;
}

/** The square that a `2d` index covers. */
export interface Plane {
  readonly min: number;
  readonly max: number;
}

/**
 * Why an index cannot take what stands at a path; undefined when it can, and when nothing stands there. Without a plane
 * the index is the sphere's.
 */
export function geometryProblem(doc: Doc, path: string, plane: Plane | undefined): string | undefined {
  const values = path.split('.').reduce<unknown[]>((all, part) => all.flatMap((value) => under(value, part)), [doc]);
  for (const value of values) {
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) continue;
    const isList = Array.isArray(value) && (Array.isArray(value[0]) || isDocument(value[0]));
    for (const item of isList ? value : [value]) {
      try {
        const { isGeoJson, points } = parseGeometry(item);
        const [point] = points;
        if (point && plane && !point.every((part) => part >= plane.min && part < plane.max))
          return `point not in interval of [ ${plane.min}, ${plane.max} ]`;
        if (plane || isGeoJson || !point) continue;
        if (Math.abs(point[0]) > 180 || Math.abs(point[1]) > 90)
          return `longitude/latitude is out of bounds, lng: ${point[0]} lat: ${point[1]}`;
      } catch (error) {
        if (!(error instanceof GeometryError)) throw error;
        return error.message;
      }
    }
  }
  return undefined;
}

function under(value: unknown, part: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((element) => (isDocument(element) ? [element[part]] : []));
  return isDocument(value) ? [value[part]] : [];
}
