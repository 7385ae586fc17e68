import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import type { CollectionIndex } from '../engine/collection-index.ts';
import type { Row } from '../engine/row.ts';
import { findIndex } from '../planner/choose-plan.ts';
import type { Doc } from '../values/bson-type.ts';
import { encodeCompoundKey } from '../values/key.ts';
import { optionalDocument } from './arguments.ts';

/**
 * find's `min` (included) and `max` (not included), which are bounds on the keys of the hinted index:
 * https://www.mongodb.com/docs/manual/reference/method/cursor.min/
 */
export function withinIndexBounds(collection: Collection, body: Doc): ((row: Row) => boolean) | undefined {
  const min = boundOf(body, 'min');
  const max = boundOf(body, 'max');
  if (!min && !max) return undefined;
  if (body['hint'] === undefined)
    throw new CommandError(51173, 'When using min()/max() a hint of which index to use must be provided');
  const index = findIndex(collection, body['hint']);
  if (index && index.definition.kind !== 'tree')
    throw new CommandError(51174, 'The index chosen is not compatible with min/max');
  if (!index) throw new CommandError(2, 'hint provided does not correspond to an existing index');
  const low = min && keyOf(index, min);
  const high = max && keyOf(index, max);
  if (low !== undefined && high !== undefined && low >= high)
    throw new CommandError(51175, 'The value provided for min() does not come before the value provided for max()');
  return (row) => {
    for (const key of index.keysOf(row.doc).valuesByKey.keys()) {
      if ((low === undefined || key >= low) && (high === undefined || key < high)) return true;
    }
    return false;
  };
}

function boundOf(body: Doc, name: string): Doc | undefined {
  const bound = optionalDocument(body, name);
  return bound && Object.keys(bound).length > 0 ? bound : undefined;
}

function keyOf(index: CollectionIndex, bound: Doc): string {
  const { fields, collation } = index.definition;
  const paths = fields.map(({ path }) => path);
  if (Object.keys(bound).join('\0') !== paths.join('\0'))
    throw new CommandError(51174, 'The index chosen is not compatible with min/max');
  return encodeCompoundKey(
    paths.map((path) => bound[path]),
    fields.map(({ direction }) => direction),
    collation,
  );
}
