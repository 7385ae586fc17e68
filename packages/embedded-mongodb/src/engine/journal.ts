import type { UUID } from 'bson';
import type { Doc } from '../values/bson-type.ts';

/** One change to the data, in the order it happened. Documents are BSON bytes. */
export type Change =
  | { readonly kind: 'put'; readonly namespace: string; readonly document: Uint8Array }
  | { readonly kind: 'remove'; readonly namespace: string; readonly id: unknown }
  | { readonly kind: 'createCollection'; readonly namespace: string; readonly options: Doc; readonly uuid: UUID }
  | { readonly kind: 'dropCollection'; readonly namespace: string }
  | { readonly kind: 'renameCollection'; readonly namespace: string; readonly to: string }
  | { readonly kind: 'modifyCollection'; readonly namespace: string; readonly options: Doc }
  | { readonly kind: 'createIndex'; readonly namespace: string; readonly index: Doc }
  | { readonly kind: 'dropIndex'; readonly namespace: string; readonly name: string };

/** Where changes go to be kept. `record` is called synchronously, in order; `flushed` ends when all of them are on disk. */
export interface Journal {
  record(change: Change): void;
  /** Rejects when the disk refused; the server must then stop, because memory is ahead of the disk. */
  flushed(): Promise<void>;
}

/** Keeps nothing: for a server whose data may die with its process. */
export const memoryJournal: Journal = {
  record: () => undefined,
  flushed: () => Promise.resolve(),
};
