import { BSONRegExp, Double } from 'bson';

/** A filter that MongoDB refuses, with the code of its error. */
export interface QueryRefusal {
  readonly operator: string;
  readonly page: string;
  readonly filter: object;
  readonly code: number;
}

const page = (name: string): string => `reference/operator/query/${name}`;

export const queryRefusals: readonly QueryRefusal[] = [
  { operator: '$eq', page: page('eq'), filter: { $eq: 1 }, code: 2 },
  { operator: '$ne', page: page('ne'), filter: { a: { $ne: new BSONRegExp('x') } }, code: 2 },
  { operator: '$gt', page: page('gt'), filter: { a: { $gt: new BSONRegExp('x') } }, code: 2 },
  { operator: '$gte', page: page('gte'), filter: { a: { $gte: new BSONRegExp('x') } }, code: 2 },
  { operator: '$lt', page: page('lt'), filter: { a: { $lt: new BSONRegExp('x') } }, code: 2 },
  { operator: '$lte', page: page('lte'), filter: { a: { $lte: new BSONRegExp('x') } }, code: 2 },
  { operator: '$in', page: page('in'), filter: { a: { $in: 5 } }, code: 2 },
  { operator: '$in', page: page('in'), filter: { a: { $in: [{ $gt: 5 }] } }, code: 2 },
  { operator: '$nin', page: page('nin'), filter: { a: { $nin: 'x' } }, code: 2 },
  { operator: '$and', page: page('and'), filter: { $and: [] }, code: 2 },
  { operator: '$or', page: page('or'), filter: { $or: { a: 1 } }, code: 2 },
  { operator: '$nor', page: page('nor'), filter: { $nor: [5] }, code: 2 },
  { operator: '$not', page: page('not'), filter: { a: { $not: 5 } }, code: 2 },
  { operator: '$not', page: page('not'), filter: { a: { $not: {} } }, code: 2 },
  { operator: '$exists', page: page('exists'), filter: { $exists: true }, code: 2 },
  { operator: '$type', page: page('type'), filter: { a: { $type: 'text' } }, code: 2 },
  { operator: '$type', page: page('type'), filter: { a: { $type: [] } }, code: 9 },
  { operator: '$mod', page: page('mod'), filter: { a: { $mod: [4] } }, code: 2 },
  { operator: '$mod', page: page('mod'), filter: { a: { $mod: [0, 1] } }, code: 2 },
  { operator: '$regex', page: page('regex'), filter: { a: { $regex: 5 } }, code: 2 },
  { operator: '$regex', page: page('regex'), filter: { a: { $regex: '(' } }, code: 51091 },
  { operator: '$regex', page: page('regex'), filter: { a: { $regex: '(?>a)b' } }, code: 51091 },
  { operator: '$options', page: page('regex'), filter: { a: { $options: 'i' } }, code: 2 },
  { operator: '$options', page: page('regex'), filter: { a: { $regex: 'a', $options: 'q' } }, code: 51108 },
  { operator: '$size', page: page('size'), filter: { a: { $size: -1 } }, code: 2 },
  { operator: '$size', page: page('size'), filter: { a: { $size: 'x' } }, code: 2 },
  { operator: '$all', page: page('all'), filter: { a: { $all: 5 } }, code: 2 },
  { operator: '$elemMatch', page: page('elemMatch'), filter: { a: { $elemMatch: 5 } }, code: 2 },
  { operator: '$bitsAllSet', page: page('bitsAllSet'), filter: { a: { $bitsAllSet: -1 } }, code: 9 },
  { operator: '$bitsAllClear', page: page('bitsAllClear'), filter: { a: { $bitsAllClear: 'x' } }, code: 2 },
  { operator: '$bitsAnySet', page: page('bitsAnySet'), filter: { a: { $bitsAnySet: [-1] } }, code: 2 },
  { operator: '$bitsAnyClear', page: page('bitsAnyClear'), filter: { a: { $bitsAnyClear: new Double(1.5) } }, code: 9 },
  { operator: '$expr', page: page('expr'), filter: { $expr: { $nosuch: 1 } }, code: 168 },
  { operator: '$expr', page: page('expr'), filter: { a: { $elemMatch: { $expr: true } } }, code: 2 },
  { operator: '$jsonSchema', page: page('jsonSchema'), filter: { $jsonSchema: { nosuch: 1 } }, code: 9 },
  { operator: '$jsonSchema', page: page('jsonSchema'), filter: { $jsonSchema: { required: 'name' } }, code: 14 },
  { operator: '$alwaysTrue', page: 'reference/operator/query', filter: { $alwaysTrue: 0 }, code: 9 },
  { operator: '$alwaysFalse', page: 'reference/operator/query', filter: { $alwaysFalse: 'x' }, code: 9 },
  { operator: '$sampleRate', page: 'reference/operator/aggregation/sampleRate', filter: { $sampleRate: 2 }, code: 2 },
  { operator: '$where', page: page('where'), filter: { $where: 'true' }, code: 6108304 },
  { operator: '$text', page: page('text'), filter: { $text: { $search: 'x' } }, code: 27 },
  { operator: '$near', page: page('near'), filter: { a: { $near: ['x', 0] } }, code: 2 },
  {
    operator: '$near',
    page: page('near'),
    filter: { a: { $near: { $geometry: { type: 'Point', coordinates: [0, 0] } }, $maxDistance: 5 } },
    code: 2,
  },
  { operator: '$nearSphere', page: page('nearSphere'), filter: { a: { $nearSphere: 5 } }, code: 2 },
  { operator: '$maxDistance', page: page('maxDistance'), filter: { a: { $maxDistance: 5 } }, code: 9 },
  { operator: '$minDistance', page: page('minDistance'), filter: { a: { $minDistance: 5 } }, code: 9 },
  { operator: '$geoWithin', page: page('geoWithin'), filter: { a: { $geoWithin: { $box: [[0, 0]] } } }, code: 2 },
  { operator: '$within', page: page('geoWithin'), filter: { a: { $within: 5 } }, code: 2 },
  { operator: '$geoIntersects', page: page('geoIntersects'), filter: { a: { $geoIntersects: {} } }, code: 2 },
  { operator: '$nosuch', page: 'reference/operator/query', filter: { a: { $nosuch: 1 } }, code: 2 },
  { operator: '$nosuch', page: 'reference/operator/query', filter: { $nosuch: 1 }, code: 2 },
];
