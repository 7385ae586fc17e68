import type { Catalog } from '../engine/catalog.ts';
import type { Collection } from '../engine/collection.ts';
import type { CollectionIndex } from '../engine/collection-index.ts';
import type { Row } from '../engine/row.ts';
import type { Doc } from '../values/bson-type.ts';
import { encodeKey } from '../values/key.ts';
import { toDouble } from '../values/numeric.ts';
import { indexValuesAtPath } from '../values/paths.ts';

/** One sweep of every TTL index: https://www.mongodb.com/docs/manual/core/index-ttl/ */
export async function removeExpired(catalog: Catalog, now: Date): Promise<void> {
  for (const collection of catalog.collections()) {
    for (const row of expiredByCollection(collection, now)) collection.remove(row);
    for (const index of collection.secondaryIndexes) {
      if (index.definition.expireAfterSeconds === undefined) continue;
      for (const row of expiredRows(index, now)) collection.remove(row);
    }
  }
  await catalog.journal.flushed();
}

/** A time series expires by its time, a clustered collection by its `_id`: the option stands on the collection. */
function expiredByCollection(collection: Collection, now: Date): Row[] {
  const { expireAfterSeconds, timeseries } = collection.options;
  if (expireAfterSeconds === undefined) return [];
  const limit = now.getTime() - toDouble(expireAfterSeconds) * 1000;
  const field = timeseries === undefined ? '_id' : String((timeseries as Doc)['timeField']);
  return [...collection.rows()].filter(({ doc }) => {
    const value = doc[field];
    return value instanceof Date && value.getTime() <= limit;
  });
}

/** Rows with a date at or before the limit; of an array of dates the earliest counts, anything else never expires. */
function expiredRows(index: CollectionIndex, now: Date): Row[] {
  const field = index.definition.fields[0];
  if (!field) return [];
  const limit = now.getTime() - (index.definition.expireAfterSeconds ?? 0) * 1000;
  const isDescending = field.direction < 0;
  const edge = encodeKey(new Date(limit), { descending: isDescending });
  const farEdge = encodeKey(new Date(-8_640_000_000_000_000), { descending: isDescending });
  const [low, high] = isDescending ? [edge, farEdge] : [farEdge, edge];
  const rows = new Set<Row>();
  // Behind the key of a non-unique index stands a record id: the highest possible one closes the range.
  index.tree.forRange(low, `${high}\uffff`, true, (_key, row) => {
    const { values } = indexValuesAtPath(row.doc, field.path);
    if (values.some((value) => value instanceof Date && value.getTime() <= limit)) rows.add(row);
  });
  return [...rows];
}
