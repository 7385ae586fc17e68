import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import type { Doc } from '../values/bson-type.ts';
import { flagOf } from './arguments.ts';

/** MongoDB's limit for the operations of one write command. */
export const MAX_BATCH_SIZE = 100_000;

/**
 * Runs the statements of a write command; a refused one becomes a write error. Ordered batches (the default) stop at
 * the first.
 */
export function runEach<T>(statements: readonly T[], body: Doc, run: (statement: T, index: number) => void): Doc[] {
  if (statements.length === 0 || statements.length > MAX_BATCH_SIZE) {
    throw new CommandError(
      16,
      `Write batch sizes must be between 1 and ${MAX_BATCH_SIZE}. Got ${statements.length} operations.`,
    );
  }
  const isOrdered = body['ordered'] === undefined || flagOf(body, 'ordered');
  const writeErrors: Doc[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      writeErrors.push(writeError(error, index));
      if (isOrdered) break;
    }
  }
  return writeErrors;
}

function writeError(error: CommandError, index: number): Doc {
  return { index: new Int32(index), code: new Int32(error.code), ...error.details, errmsg: error.message };
}

/** `{ n, ... , writeErrors? }` with its numbers as int32. */
export function writeResult(
  counts: Readonly<Record<string, number>>,
  writeErrors: readonly Doc[],
  rest: Doc = {},
): Doc {
  const result: Doc = {};
  for (const [name, count] of Object.entries(counts)) result[name] = new Int32(count);
  return { ...result, ...rest, ...(writeErrors.length > 0 ? { writeErrors } : {}) };
}
