import type { Position } from './geometry.ts';

/** Metres; MongoDB's value, which turns metres into radians and back. */
export const EARTH_RADIUS_METERS = 6_378_100;

type Vector = readonly [number, number, number];

// Positions closer than this (about a hundredth of a millimetre) are one.
const TOLERANCE = 1e-12;

function vectorOf([lng, lat]: Position): Vector {
  const [lambda, phi] = [(lng * Math.PI) / 180, (lat * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const lengthOf = (a: Vector): number => Math.sqrt(dot(a, a));
const angleBetween = (a: Vector, b: Vector): number => Math.atan2(lengthOf(cross(a, b)), dot(a, b));

/** The angle between two positions in radians. */
export function radiansBetween(a: Position, b: Position): number {
  return angleBetween(vectorOf(a), vectorOf(b));
}

/** Radians from a position to the nearest point of a geodesic. */
export function radiansToSegment(position: Position, from: Position, to: Position): number {
  const [p, a, b] = [vectorOf(position), vectorOf(from), vectorOf(to)];
  const normal = cross(a, b);
  const size = lengthOf(normal);
  const ends = Math.min(angleBetween(p, a), angleBetween(p, b));
  if (size < TOLERANCE) return ends;
  const isBeside = dot(cross(normal, a), p) > 0 && dot(cross(b, normal), p) > 0;
  return isBeside ? Math.min(ends, Math.asin(Math.min(1, Math.abs(dot(normal, p)) / size))) : ends;
}

/** True when two geodesics meet, at an end or between. */
export function segmentsMeet(a: Position, b: Position, c: Position, d: Position): boolean {
  const touches = [
    radiansToSegment(a, c, d),
    radiansToSegment(b, c, d),
    radiansToSegment(c, a, b),
    radiansToSegment(d, a, b),
  ];
  return Math.min(...touches) < TOLERANCE || segmentsCross(a, b, c, d);
}

/** True when two geodesics cross, each passing from one side of the other to its other side. */
export function segmentsCross(a: Position, b: Position, c: Position, d: Position): boolean {
  const [va, vb, vc, vd] = [vectorOf(a), vectorOf(b), vectorOf(c), vectorOf(d)];
  const [ab, cd] = [cross(va, vb), cross(vc, vd)];
  const [acb, bda] = [-dot(ab, vc), dot(ab, vd)];
  const [cbd, dac] = [-dot(cd, vb), dot(cd, va)];
  return acb * bda > 0 && acb * cbd > 0 && acb * dac > 0;
}

/** Inside a closed ring or on it; of the two areas a ring bounds the smaller one is meant. */
export function ringContains(ring: readonly Position[], position: Position): boolean {
  const p = vectorOf(position);
  let turned = 0;
  let middle: Vector = [0, 0, 0];
  for (let index = 1; index < ring.length; index += 1) {
    const [from, to] = [ring[index - 1] as Position, ring[index] as Position];
    if (radiansToSegment(position, from, to) < TOLERANCE) return true;
    const [a, b] = [vectorOf(from), vectorOf(to)];
    middle = [middle[0] + a[0], middle[1] + a[1], middle[2] + a[2]];
    // How far the bearing from the position to the ring turns along this edge.
    const [towardsA, towardsB] = [cross(p, a), cross(p, b)];
    turned += Math.atan2(dot(p, cross(towardsA, towardsB)), dot(towardsA, towardsB));
  }
  // The ring also winds around the opposite of every point inside.
  return Math.abs(turned) > Math.PI && dot(middle, p) > 0;
}
