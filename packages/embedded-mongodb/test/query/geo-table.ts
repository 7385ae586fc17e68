import type { QueryCase } from './operator-table.ts';

const page = (name: string): string => `reference/operator/query/${name}`;
const at = (...coordinates: number[]) => ({ type: 'Point', coordinates });
const docs = [
  { _id: 1, a: at(1, 1) },
  { _id: 2, a: at(0, 3) },
  { _id: 3, a: [0, 5] },
];
/** Metres of one degree on the equator, with the radius that MongoDB takes. */
const degree = (6_378_100 * Math.PI) / 180;
const square = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [2, 0],
      [2, 2],
      [0, 2],
      [0, 0],
    ],
  ],
};
const near = (bounds: object) => ({ $geometry: at(0, 0), ...bounds });

/** Whether a document is near enough; in which order they come is the planner's (test/geo.test.ts). */
export const geoCases: readonly QueryCase[] = [
  { operator: '$near', page: page('near'), docs, filter: { a: { $near: near({}) } }, finds: [1, 2, 3] },
  {
    operator: '$near',
    page: page('near'),
    docs,
    filter: { a: { $near: near({ $minDistance: 2 * degree, $maxDistance: 4 * degree }) } },
    finds: [2],
  },
  {
    operator: '$nearSphere',
    page: page('nearSphere'),
    docs,
    filter: { a: { $nearSphere: [0, 0], $maxDistance: (4 * Math.PI) / 180 } },
    finds: [1, 2],
  },
  {
    operator: '$maxDistance',
    page: page('maxDistance'),
    docs,
    filter: { a: { $near: [0, 0], $maxDistance: 3 } },
    finds: [1, 2],
  },
  {
    operator: '$minDistance',
    page: page('minDistance'),
    docs,
    filter: { a: { $near: [0, 0], $minDistance: 3 } },
    finds: [2, 3],
  },
  {
    operator: '$geoWithin',
    page: page('geoWithin'),
    docs,
    filter: { a: { $geoWithin: { $geometry: square } } },
    finds: [1],
  },
  {
    operator: '$within',
    page: page('geoWithin'),
    docs,
    filter: { a: { $within: { $center: [[0, 0], 3] } } },
    finds: [1, 2],
  },
  {
    operator: '$geoIntersects',
    page: page('geoIntersects'),
    docs,
    filter: { a: { $geoIntersects: { $geometry: at(0, 5) } } },
    finds: [3],
  },
];
