import type { Model } from 'mongoose';

/**
 * Inserts through the driver: records are complete and typed, and hundreds of seeded ones need not be cast one by one.
 * The driver's typing knows only ObjectId as `_id`; ours are text.
 */
export async function insertRecord<Record extends { _id: string }>(
  model: Model<Record>,
  record: Record,
): Promise<void> {
  await model.collection.insertOne({ ...record } as object);
}

/** Whether the record was inserted: false when its id, or another unique value, is there already. */
export async function insertNew<Record extends { _id: string }>(
  model: Model<Record>,
  record: Record,
): Promise<boolean> {
  try {
    await insertRecord(model, record);
    return true;
  } catch (error) {
    if (takenIndexOf(error) === undefined) throw error;
    return false;
  }
}

/** Inserts what is not there yet: a second process may be seeding too, or a repeat follows a crash. */
export async function insertMissing<Record extends { _id: string }>(
  model: Model<Record>,
  records: readonly Record[],
): Promise<void> {
  if (records.length === 0) return;
  try {
    await model.collection.insertMany(
      records.map((record) => ({ ...record }) as object),
      { ordered: false },
    );
  } catch (error) {
    const others = writeErrorsOf(error).filter(({ code }) => code !== duplicateKey);
    if (takenIndexOf(error) === undefined || others.length > 0) throw error;
  }
}

/** The fields of the unique index that refused a write, e.g. `['sku']`; undefined when the error is another one. */
export function takenIndexOf(error: unknown): string[] | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== duplicateKey)
    return undefined;
  const pattern = 'keyPattern' in error ? error.keyPattern : undefined;
  return typeof pattern === 'object' && pattern !== null ? Object.keys(pattern) : [];
}

const duplicateKey = 11_000;

function writeErrorsOf(error: unknown): { code?: unknown }[] {
  const hasErrors = typeof error === 'object' && error !== null && 'writeErrors' in error;
  return hasErrors && Array.isArray(error.writeErrors) ? error.writeErrors : [];
}
