import { isDocument, isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import { type Geometry, GeometryError, type Position, parseGeometry, parsePosition } from './geometry.ts';
import { radiansBetween, ringContains, segmentsCross, segmentsMeet } from './sphere.ts';

/** What `$geoWithin` asks: whether all of a geometry lies inside. */
export type Region = (geometry: Geometry) => boolean;

/** Parses `$geoWithin`'s operand: https://www.mongodb.com/docs/manual/reference/operator/query/geoWithin/ */
export function parseRegion(operand: unknown): Region {
  if (!isDocument(operand)) throw new GeometryError('$geoWithin needs an object');
  const [shape = ''] = Object.keys(operand);
  const value = operand[shape];
  switch (shape) {
    case '$geometry':
      return polygonRegion(parseGeometry(value));
    case '$box': {
      const [a, b] = pair(value, '$box').map(parsePosition) as [Position, Position];
      const [left, right] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
      const [low, high] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
      return flat(([x, y]) => x >= left && x <= right && y >= low && y <= high);
    }
    case '$polygon': {
      const corners = (Array.isArray(value) ? value : isDocument(value) ? Object.values(value) : []).map(parsePosition);
      if (corners.length < 3) throw new GeometryError('Polygon must have at least 3 points');
      return flat((position) => flatRingContains(corners, position));
    }
    case '$center': {
      const { center, radius } = circle(value, '$center');
      return flat(([x, y]) => Math.hypot(x - center[0], y - center[1]) <= radius);
    }
    case '$centerSphere': {
      const { center, radius } = circle(value, '$centerSphere');
      return (geometry) => positionsOf(geometry).every((position) => radiansBetween(position, center) <= radius);
    }
    default:
      throw new GeometryError(`unknown geo specifier: ${shape}`);
  }
}

function pair(value: unknown, name: string): unknown[] {
  const parts = Array.isArray(value) ? value : isDocument(value) ? Object.values(value) : [];
  if (parts.length < 2) throw new GeometryError(`${name} needs two parts`);
  return parts.slice(0, 2);
}

function circle(value: unknown, name: string): { center: Position; radius: number } {
  const [center, radius] = pair(value, name);
  if (!isNumeric(radius) || !(toDouble(radius) >= 0)) throw new GeometryError('radius must be a non-negative number');
  return { center: parsePosition(center), radius: toDouble(radius) };
}

/** The plane's shapes hold points alone. */
function flat(contains: (position: Position) => boolean): Region {
  return ({ points, lines, polygons }) =>
    lines.length === 0 && polygons.length === 0 && points.length > 0 && points.every(contains);
}

function flatRingContains(ring: readonly Position[], [x, y]: Position): boolean {
  let isInside = false;
  for (let index = 0; index < ring.length; index += 1) {
    const [ax, ay] = ring[index] as Position;
    const [bx, by] = ring[(index + 1) % ring.length] as Position;
    const turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
    const isBeside = x >= Math.min(ax, bx) && x <= Math.max(ax, bx) && y >= Math.min(ay, by) && y <= Math.max(ay, by);
    if (turn === 0 && isBeside) return true;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isInside = !isInside;
  }
  return isInside;
}

function polygonRegion(region: Geometry): Region {
  if (region.polygons.length === 0)
    throw new GeometryError('$geoWithin not supported with provided geometry: only Polygon and MultiPolygon');
  const border = region.polygons.flat().flatMap(segmentsOf);
  const holes = region.polygons.flatMap(([, ...inner]) => inner);
  return (geometry) => {
    const outline = [...geometry.lines, ...geometry.polygons.flat()].flatMap(segmentsOf);
    return (
      positionsOf(geometry).every((position) => isInPolygons(region.polygons, position)) &&
      // An edge between two points inside may still leave through a dent, and an area may enclose a hole.
      !outline.some(([from, to]) => border.some(([a, b]) => segmentsCross(from, to, a, b))) &&
      !holes.some(([corner]) => corner && isInPolygons(geometry.polygons, corner))
    );
  };
}

type Rings = readonly (readonly Position[])[];

export function isInPolygons(polygons: readonly Rings[], position: Position): boolean {
  return polygons.some(([outer, ...holes]) => {
    if (!outer || !ringContains(outer, position)) return false;
    return !holes.some((hole) => ringContains(hole, position));
  });
}

export function positionsOf({ points, lines, polygons }: Geometry): Position[] {
  return [...points, ...lines.flat(), ...polygons.flat(2)];
}

export function segmentsOf(line: readonly Position[]): [Position, Position][] {
  return line.slice(1).map((position, index) => [line[index] as Position, position]);
}

/** `$geoIntersects`: the two have a point in common. */
export function intersects(a: Geometry, b: Geometry): boolean {
  if (a.points.some((point) => touchesPoint(b, point)) || b.points.some((point) => touchesPoint(a, point))) return true;
  const [linesOfA, linesOfB] = [
    [...a.lines, ...a.polygons.flat()],
    [...b.lines, ...b.polygons.flat()],
  ];
  for (const [from, to] of linesOfA.flatMap(segmentsOf)) {
    if (linesOfB.flatMap(segmentsOf).some(([c, d]) => segmentsMeet(from, to, c, d))) return true;
  }
  // No edges meet: one may still lie in the other whole.
  return (
    linesOfA.some(([first]) => first && isInPolygons(b.polygons, first)) ||
    linesOfB.some(([first]) => first && isInPolygons(a.polygons, first))
  );
}

function touchesPoint(geometry: Geometry, point: Position): boolean {
  return (
    geometry.points.some((other) => radiansBetween(other, point) < 1e-12) ||
    geometry.lines.some((line) => segmentsOf(line).some(([a, b]) => segmentsMeet(a, b, point, point))) ||
    isInPolygons(geometry.polygons, point)
  );
}
