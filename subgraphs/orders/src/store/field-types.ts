import { Schema, type SchemaDefinition } from 'mongoose';

/** Short names for the column kinds of this database, so that a schema reads like a table. */
export const text = { type: String, required: true } as const;
export const textOrNull = { type: String, default: null } as const;
/** Texts that may be empty but are always there. */
export const anyText = { type: String, default: '' } as const;
export const whole = { type: Number, required: true } as const;
export const numberOrNull = { type: Number, default: null } as const;
export const flag = { type: Boolean, required: true } as const;
export const instant = { type: Date, required: true } as const;
export const instantOrNull = { type: Date, default: null } as const;

/** A sub-document that is a value of its owner: no id of its own, empty objects kept. */
export function part(fields: SchemaDefinition): Schema {
  return new Schema(fields, { _id: false, minimize: false });
}

/** Options of every collection: mongoose adds no version key and leaves empty objects alone. */
export const collectionOptions = { versionKey: false, minimize: false, autoIndex: false, autoCreate: false } as const;

/** Whether a write failed on a unique index, and on which (by its key fields). Other errors are rethrown. */
export function duplicateFieldsOf(error: unknown): readonly string[] {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 11_000) {
    const pattern = 'keyPattern' in error ? error.keyPattern : null;
    return typeof pattern === 'object' && pattern !== null ? Object.keys(pattern) : [];
  }
  throw error;
}
