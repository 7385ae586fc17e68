import { Long } from 'bson';
import { CommandError } from '../command-error.ts';
import { bsonTypeOf, isNumeric } from '../values/bson-type.ts';
import { toDouble } from '../values/numeric.ts';
import { encodeCursorReply } from '../wire/cursor-reply.ts';
import { assertKnownFields, countOf, namespaceOf, requireArray, requireString } from './arguments.ts';
import type { Command } from './command.ts';

/** How long a tailable cursor waits for data when the client does not say. */
const DEFAULT_WAIT_MS = 1000;

/** https://www.mongodb.com/docs/manual/reference/command/getMore/ */
export const getMore: Command = {
  waitsFor({ body, cursors }) {
    const id = body['getMore'];
    const maxTimeMs = isNumeric(body['maxTimeMS']) ? toDouble(body['maxTimeMS']) : DEFAULT_WAIT_MS;
    return id instanceof Long ? cursors.waitForData(id, maxTimeMs) : undefined;
  },
  run({ body, cursors, database }) {
    assertKnownFields(body, 'getMore', ['getMore', 'collection', 'batchSize', 'term', 'lastKnownCommittedOpTime']);
    const id = body['getMore'];
    if (!(id instanceof Long)) {
      throw new CommandError(
        14,
        `BSON field 'getMore.getMore' is the wrong type '${bsonTypeOf(id)}', expected type 'long'`,
      );
    }
    const namespace = `${database}.${requireString(body, 'collection', 'getMore')}`;
    const batch = cursors.next(id, namespace, countOf(body, 'batchSize'));
    return encodeCursorReply('nextBatch', batch.documents, batch.cursorId, namespace);
  },
};

/** https://www.mongodb.com/docs/manual/reference/command/killCursors/ */
export const killCursors: Command = {
  run(context) {
    assertKnownFields(context.body, 'killCursors', ['killCursors', 'cursors']);
    const namespace = namespaceOf(context);
    const cursorsKilled: Long[] = [];
    const cursorsNotFound: Long[] = [];
    for (const id of requireArray(context.body, 'cursors', 'killCursors') as Long[]) {
      (context.cursors.kill(id, namespace) ? cursorsKilled : cursorsNotFound).push(id);
    }
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] };
  },
};
