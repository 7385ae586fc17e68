import { type Doc, isDocument } from '../values/bson-type.ts';
import { badValue, location } from '../values/refusals.ts';
import { nearCondition } from './geo-conditions.ts';

/** Refuses what find takes and $match does not: https://www.mongodb.com/docs/manual/reference/operator/aggregation/match/#restrictions */
export function refuseInMatch(filter: Doc): void {
  if (nearCondition(filter))
    throw location(5626500, '$geoNear, $near, and $nearSphere are not allowed in this context');
  if (holdsWhere(filter)) throw badValue('$where is not allowed in this context');
}

function holdsWhere(filter: Doc): boolean {
  if (Object.hasOwn(filter, '$where')) return true;
  return ['$and', '$or', '$nor'].some((name) => {
    const clauses = filter[name];
    return Array.isArray(clauses) && clauses.some((clause) => isDocument(clause) && holdsWhere(clause));
  });
}
