import { describe, expect, it } from 'vitest';
import { startClient } from './start-client.ts';

interface Place {
  _id: number;
  name?: string;
  location: unknown;
  category?: string;
}
const point = (...coordinates: number[]) => ({ type: 'Point', coordinates });

// https://www.mongodb.com/docs/manual/reference/operator/query/near/
const parks: Place[] = [
  { _id: 1, name: 'Central Park', location: point(-73.97, 40.77), category: 'Parks' },
  { _id: 2, name: 'Sara D. Roosevelt Park', location: point(-73.9928, 40.7193), category: 'Parks' },
  { _id: 3, name: 'Polo Grounds', location: point(-73.9375, 40.8303), category: 'Stadiums' },
];

async function startWithParks() {
  const mongo = await startClient();
  const places = mongo.collection<Place>('places');
  await places.insertMany(parks);
  await places.createIndex({ location: '2dsphere' });
  return { mongo, places, [Symbol.asyncDispose]: () => mongo[Symbol.asyncDispose]() };
}
const ids = (docs: readonly { _id: number }[]) => docs.map(({ _id }) => _id);

describe('$near and $nearSphere', () => {
  it('give what lies between two distances in metres, nearest first', async () => {
    await using started = await startWithParks();
    const { places } = started;
    const near = (bounds: object) => ({ location: { $near: { $geometry: point(-73.9667, 40.78), ...bounds } } });
    expect(ids(await places.find(near({ $minDistance: 1000, $maxDistance: 5000 })).toArray())).toEqual([1]);
    expect(ids(await places.find(near({})).toArray())).toEqual([1, 3, 2]);
    expect(ids(await places.find(near({}), { limit: 2 }).toArray())).toEqual([1, 3]);
    expect(ids(await places.find(near({}), { sort: { name: 1 } }).toArray())).toEqual([1, 3, 2]);
    const sphere = { location: { $nearSphere: { $geometry: point(-73.9667, 40.78), $maxDistance: 7000 } } };
    expect(ids(await places.find(sphere).toArray())).toEqual([1, 3, 2].slice(0, 2));
    expect(await places.updateOne(near({}), { $set: { category: 'nearest' } })).toMatchObject({ modifiedCount: 1 });
    expect(await places.findOne({ category: 'nearest' })).toMatchObject({ _id: 1 });
  });

  it('measure legacy pairs in the plane, and in radians on the sphere', async () => {
    await using mongo = await startClient();
    const places = mongo.collection<Place>('places');
    await places.createIndex({ location: '2d' });
    await places.insertMany([
      { _id: 1, location: [0, 0] },
      { _id: 2, location: [3, 4] },
      { _id: 3, location: [10, 0] },
    ]);
    expect(ids(await places.find({ location: { $near: [0, 0], $maxDistance: 5 } }).toArray())).toEqual([1, 2]);
    expect(ids(await places.find({ location: { $near: [9, 0] } }).toArray())).toEqual([3, 2, 1]);
    const tenth = { location: { $nearSphere: [0, 0], $maxDistance: 0.1 } };
    expect(ids(await places.find(tenth).toArray())).toEqual([1, 2]);
  });

  it('need a geospatial index, a place of their own and sound operands', async () => {
    await using mongo = await startClient();
    const places = mongo.collection<Place>('places');
    await places.insertMany(parks);
    const near = { location: { $near: { $geometry: point(0, 0) } } };
    await expect(places.find(near).toArray()).rejects.toMatchObject({ code: 291, codeName: 'NoQueryExecutionPlans' });
    await places.createIndex({ location: '2dsphere' });
    await expect(places.aggregate([{ $match: near }]).toArray()).rejects.toMatchObject({ code: 5626500 });
    const beyond = { location: { $near: { $geometry: point(200, 0) } } };
    await expect(places.find(beyond).toArray()).rejects.toMatchObject({ code: 2 });
    await expect(places.find({ location: { $maxDistance: 1 } }).toArray()).rejects.toMatchObject({ code: 9 });
  });
});

// https://www.mongodb.com/docs/manual/reference/operator/query/geoWithin/ and geoIntersects/
describe('$geoWithin and $geoIntersects', () => {
  const square = {
    type: 'Polygon',
    coordinates: [
      [
        [0, 0],
        [3, 6],
        [6, 1],
        [0, 0],
      ],
    ],
  };
  const docs: Place[] = [
    { _id: 1, location: point(3, 3) },
    { _id: 2, location: point(0, 0) },
    { _id: 3, location: point(5, 5) },
    {
      _id: 4,
      location: {
        type: 'LineString',
        coordinates: [
          [2, 1],
          [3, 2],
        ],
      },
    },
    {
      _id: 5,
      location: {
        type: 'LineString',
        coordinates: [
          [3, 3],
          [7, 7],
        ],
      },
    },
    {
      _id: 6,
      location: {
        type: 'Polygon',
        coordinates: [
          [
            [-10, -10],
            [20, -10],
            [20, 20],
            [-10, 20],
            [-10, -10],
          ],
        ],
      },
    },
    { _id: 7, location: [4, 2] },
    { _id: 8, location: 'nowhere' },
  ];

  async function startWithShapes() {
    const mongo = await startClient();
    const shapes = mongo.collection<Place>('shapes');
    await shapes.insertMany(docs);
    return { shapes, [Symbol.asyncDispose]: () => mongo[Symbol.asyncDispose]() };
  }

  it('tell what lies in a polygon from what only meets it, its border included', async () => {
    await using started = await startWithShapes();
    const { shapes } = started;
    const within = { location: { $geoWithin: { $geometry: square } } };
    expect(ids(await shapes.find(within).toArray())).toEqual([1, 2, 4, 7]);
    const meeting = { location: { $geoIntersects: { $geometry: square } } };
    expect(ids(await shapes.find(meeting).toArray())).toEqual([1, 2, 4, 5, 6, 7]);
    expect(ids(await shapes.find({ location: { $not: { $geoWithin: { $geometry: square } } } }).toArray())).toEqual([
      3, 5, 6, 8,
    ]);
  });

  it('leave out what lies in a hole, and lines that pass through one', async () => {
    await using mongo = await startClient();
    const shapes = mongo.collection<Place>('shapes');
    const ring = (from: number, to: number) => [
      [from, from],
      [to, from],
      [to, to],
      [from, to],
      [from, from],
    ];
    const holed = { type: 'Polygon', coordinates: [ring(0, 10), ring(4, 6)] };
    await shapes.insertMany([
      { _id: 1, location: point(2, 2) },
      { _id: 2, location: point(5, 5) },
      {
        _id: 3,
        location: {
          type: 'LineString',
          coordinates: [
            [2, 5],
            [8, 5],
          ],
        },
      },
      { _id: 4, location: { type: 'Polygon', coordinates: [ring(1, 9)] } },
    ]);
    expect(ids(await shapes.find({ location: { $geoWithin: { $geometry: holed } } }).toArray())).toEqual([1]);
    expect(ids(await shapes.find({ location: { $geoIntersects: { $geometry: holed } } }).toArray())).toEqual([1, 3, 4]);
  });

  it('know the shapes of the plane: box, polygon, circle, and the circle on the sphere', async () => {
    await using mongo = await startClient();
    const places = mongo.collection<Place>('places');
    await places.insertMany([
      { _id: 1, location: [0, 0] },
      { _id: 2, location: [3, 4] },
      { _id: 3, location: { x: 90, y: 80 } },
    ]);
    const find = async (region: object) => ids(await places.find({ location: { $geoWithin: region } }).toArray());
    expect(
      await find({
        $box: [
          [0, 0],
          [100, 100],
        ],
      }),
    ).toEqual([1, 2, 3]);
    expect(
      await find({
        $box: [
          [1, 1],
          [100, 100],
        ],
      }),
    ).toEqual([2, 3]);
    expect(
      await find({
        $polygon: [
          [0, 0],
          [3, 6],
          [6, 0],
        ],
      }),
    ).toEqual([1, 2]);
    expect(await find({ $center: [[0, 0], 5] })).toEqual([1, 2]);
    expect(await find({ $center: [[0, 0], 4.9] })).toEqual([1]);
    expect(await find({ $centerSphere: [[0, 0], 5.1 * (Math.PI / 180)] })).toEqual([1, 2]);
    await expect(find({ $square: [] })).rejects.toMatchObject({ code: 2 });
    await expect(find({ $geometry: point(1, 1) })).rejects.toMatchObject({ code: 2 });
  });
});

// https://www.mongodb.com/docs/manual/reference/operator/aggregation/geoNear/
describe('$geoNear', () => {
  it('adds the distance and the place, nearest first, among what its query finds', async () => {
    await using started = await startWithParks();
    const { places } = started;
    const stage = {
      near: point(-73.99279, 40.719296),
      distanceField: 'dist.calculated',
      maxDistance: 10_000,
      query: { category: 'Parks' },
      includeLocs: 'dist.location',
      spherical: true,
    };
    const found = await places.aggregate([{ $geoNear: stage }, { $project: { dist: 1 } }]).toArray();
    expect(found.map(({ _id, dist }) => [_id, dist.location])).toEqual([
      [2, parks[1]?.location],
      [1, parks[0]?.location],
    ]);
    // The manual's own figure for the nearest.
    expect(found[0]?.['dist'].calculated).toBeCloseTo(0.9539931676365992, 6);
    const kilometres = { ...stage, distanceMultiplier: 0.001, distanceField: 'km', includeLocs: undefined };
    const [, second] = await places.aggregate([{ $geoNear: JSON.parse(JSON.stringify(kilometres)) }]).toArray();
    expect(second?.['km']).toBeCloseTo(found[1]?.['dist'].calculated / 1000, 9);
  });

  it('is refused without an index and behind another stage', async () => {
    await using mongo = await startClient();
    const places = mongo.collection<Place>('places');
    await places.insertMany(parks);
    const geoNear = { $geoNear: { near: point(0, 0), distanceField: 'd' } };
    await expect(places.aggregate([geoNear]).toArray()).rejects.toMatchObject({ code: 27, codeName: 'IndexNotFound' });
    await expect(places.aggregate([{ $match: {} }, geoNear]).toArray()).rejects.toMatchObject({ code: 40602 });
  });
});

// https://www.mongodb.com/docs/manual/core/indexes/index-types/index-geospatial/
describe('a geospatial index', () => {
  it('is listed with its version and takes only what is a location', async () => {
    await using started = await startWithParks();
    const { places } = started;
    expect((await places.indexes())[1]).toEqual({
      v: 2,
      key: { location: '2dsphere' },
      name: 'location_2dsphere',
      '2dsphereIndexVersion': 3,
    });
    await expect(places.insertOne({ _id: 9, location: point(200, 0) })).rejects.toMatchObject({ code: 16755 });
    await expect(places.insertOne({ _id: 9, location: 'here' })).rejects.toMatchObject({ code: 16755 });
    await places.insertOne({ _id: 9, location: null });
    await places.createIndex({ location: '2dsphere' });
    await places.createIndex({ location: 1 });
    expect(await places.indexes()).toHaveLength(3);
  });
});
