import { CommandError } from '../command-error.ts';
import type { Collection } from '../engine/collection.ts';
import type { Row } from '../engine/row.ts';
import type { CompiledFilter } from '../query/compile-filter.ts';
import type { Doc } from '../values/bson-type.ts';
import { flagOf } from './arguments.ts';

/** Refuses what a tailable cursor cannot be: https://www.mongodb.com/docs/manual/core/tailable-cursors/ */
export function checkTailable(body: Doc, collection: Collection | undefined): void {
  if (!flagOf(body, 'tailable')) {
    if (flagOf(body, 'awaitData')) throw new CommandError(9, 'Cannot set awaitData without tailable');
    return;
  }
  if (flagOf(body, 'singleBatch')) throw new CommandError(9, 'cannot use tailable option with the singleBatch option');
  const sort = body['sort'];
  const isNatural = sort === undefined || Object.keys(sort as Doc).every((name) => name === '$natural');
  if (!isNatural) throw new CommandError(2, 'cannot use tailable option with a sort other than {$natural: 1}');
  if (collection && collection.options['capped'] !== true) {
    throw new CommandError(
      2,
      `error processing query: ns=${collection.namespace} tailable cursor requested on non capped collection`,
    );
  }
}

/** The matching documents from the oldest on; at the end it can be asked again. Throws 136 when its place is gone. */
export function tailing(collection: Collection, filter: CompiledFilter, encode: (row: Row) => Uint8Array) {
  let lastRecordId = 0;
  return {
    next(): IteratorResult<Uint8Array, undefined> {
      let isFirst = true;
      for (const row of collection.rows()) {
        if (isFirst && lastRecordId > 0 && row.recordId > lastRecordId + 1 && !isStillThere()) {
          throw new CommandError(136, 'CollectionScan died due to position in capped collection being deleted');
        }
        isFirst = false;
        if (row.recordId <= lastRecordId) continue;
        lastRecordId = row.recordId;
        if (filter.matches(row.doc)) return { done: false, value: encode(row) };
      }
      return { done: true, value: undefined };
    },
  };

  /** The cursor stands behind a document that the cap has pushed out. */
  function isStillThere(): boolean {
    for (const row of collection.rows()) return row.recordId <= lastRecordId;
    return true;
  }
}
