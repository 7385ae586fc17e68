import type { UUID } from 'bson';
import { assertDocumentSize, encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import { type CompiledFilter, compileFilter } from '../query/compile-filter.ts';
import { bsonTypeOf, type Doc } from '../values/bson-type.ts';
import { parseCollation } from '../values/collation.ts';
import { plainDocument } from '../values/fields.ts';
import { encodeKey } from '../values/key.ts';
import { CollectionIndex, type IndexKeys } from './collection-index.ts';
import { duplicateKeyError } from './duplicate-key.ts';
import { ID_INDEX, type IndexDefinition } from './index-definition.ts';
import type { Journal } from './journal.ts';
import { Row } from './row.ts';

/** The documents of one namespace with their indexes. Every change checks all unique indexes before it touches one. */
export class Collection {
  readonly uuid: UUID;
  readonly #rows = new Map<string, Row>();
  readonly #indexes = new Map<string, CollectionIndex>();
  readonly #journal: Journal;
  #namespace: string;
  #options: Doc;
  #validator: CompiledFilter | undefined;
  #idIndex: CollectionIndex | undefined;
  #nextRecordId = 1;
  #byteLength = 0;

  constructor(namespace: string, options: Doc, journal: Journal, uuid: UUID) {
    this.#namespace = namespace;
    this.#journal = journal;
    this.uuid = uuid;
    this.#options = options;
    this.setOptions(options);
  }

  get namespace(): string {
    return this.#namespace;
  }

  /** `validator`, `validationLevel`, `collation` and what else create was given. */
  get options(): Doc {
    return this.#options;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The sum of the documents' BSON lengths. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** Every secondary index; `_id` has none, its key finds the row at once. */
  get secondaryIndexes(): readonly CollectionIndex[] {
    return [...this.#indexes.values()];
  }

  get indexDefinitions(): readonly IndexDefinition[] {
    return [ID_INDEX, ...this.secondaryIndexes.map((index) => index.definition)];
  }

  /** The indexes that begin with one of these fields. */
  indexesOn(paths: readonly string[]): CollectionIndex[] {
    const found = [...this.#indexes.values()].filter(({ definition }) =>
      paths.includes(definition.fields[0]?.path ?? ''),
    );
    return paths.includes('_id') ? [this.idIndex(), ...found] : found;
  }

  /** `_id` in order, built when a range or a sort first asks for it: equality finds the row at once. */
  idIndex(): CollectionIndex {
    if (!this.#idIndex) {
      this.#idIndex = new CollectionIndex(ID_INDEX);
      for (const row of this.#rows.values()) this.#idIndex.add(this.#idIndex.keysOf(row.doc), row);
    }
    return this.#idIndex;
  }

  /** Rows in insertion order; safe against changes while it is walked. */
  rows(): Iterable<Row> {
    return this.#rows.values();
  }

  findById(idKey: string): Row | undefined {
    return this.#rows.get(idKey);
  }

  setOptions(options: Doc): void {
    this.#options = options;
    const validator = options['validator'];
    this.#validator =
      validator === undefined ? undefined : compileFilter(validator, { collation: options['collation'] });
    parseCollation(options['collation']);
  }

  rename(namespace: string): void {
    this.#namespace = namespace;
  }

  /** Adds a document that has an `_id`. Throws E11000 before anything changed. */
  insert(raw: Uint8Array, doc: Doc, options: { readonly bypassValidation?: boolean } = {}): Row {
    assertDocumentSize(raw);
    if (!options.bypassValidation) this.#validate(doc, undefined);
    const row = new Row(this.#idKeyOf(doc), this.#nextRecordId, raw, doc);
    if (this.#rows.has(row.idKey)) throw duplicateKeyError(this.#namespace, ID_INDEX, [doc['_id']]);
    const keys = this.#checkedKeys(doc, undefined);
    this.#nextRecordId += 1;
    this.#rows.set(row.idKey, row);
    this.#byteLength += raw.byteLength;
    for (const [index, indexKeys] of keys) index.add(indexKeys, row);
    this.#idIndex?.add(this.#idIndex.keysOf(doc), row);
    this.#journal.record({ kind: 'put', namespace: this.#namespace, document: raw });
    return row;
  }

  /** Gives a row another content under the same `_id`; answers false when the bytes are the same. */
  replace(row: Row, doc: Doc, options: { readonly bypassValidation?: boolean } = {}): boolean {
    const raw = encodeDocument(doc);
    if (Buffer.compare(raw, row.raw) === 0) return false;
    assertDocumentSize(raw);
    if (!options.bypassValidation) this.#validate(doc, row.doc);
    this.#replaceRaw(row, raw, doc);
    return true;
  }

  #replaceRaw(row: Row, raw: Uint8Array, doc: Doc): void {
    const before = this.secondaryIndexes.map((index) => [index, index.keysOf(row.doc)] as const);
    const after = this.#checkedKeys(doc, row);
    for (const [position, [index, oldKeys]] of before.entries()) {
      const newKeys = after[position]?.[1];
      if (!newKeys || sameKeys(oldKeys, newKeys)) continue;
      index.remove(oldKeys, row);
      index.add(newKeys, row);
    }
    this.#byteLength += raw.byteLength - row.raw.byteLength;
    row.replace(raw, doc);
    this.#journal.record({ kind: 'put', namespace: this.#namespace, document: raw });
  }

  remove(row: Row): void {
    if (!this.#rows.delete(row.idKey)) return;
    for (const index of this.#indexes.values()) index.remove(index.keysOf(row.doc), row);
    this.#idIndex?.remove(this.#idIndex.keysOf(row.doc), row);
    this.#byteLength -= row.raw.byteLength;
    this.#journal.record({ kind: 'remove', namespace: this.#namespace, id: row.doc['_id'] });
  }

  /** Removes the document with this `_id`, if there is one; for the log. */
  removeById(id: unknown): void {
    const row = this.#rows.get(encodeKey(id));
    if (row) this.remove(row);
  }

  /** Stores a document as the log has it: inserted, or put in place of the one with its `_id`. */
  restore(raw: Uint8Array, doc: Doc): void {
    const row = this.#rows.get(this.#idKeyOf(doc));
    if (row) this.#replaceRaw(row, raw, doc);
    else this.insert(raw, doc, { bypassValidation: true });
  }

  /** Builds an index over what is stored. Throws E11000 when a unique one cannot be; then nothing changed. */
  addIndex(definition: IndexDefinition): void {
    const index = new CollectionIndex(definition);
    for (const row of this.#rows.values()) {
      const keys = index.keysOf(row.doc);
      const conflict = index.findConflict(keys, row);
      if (conflict) throw duplicateKeyError(this.#namespace, definition, conflict);
      index.add(keys, row);
    }
    this.#indexes.set(definition.name, index);
    this.#journal.record({ kind: 'createIndex', namespace: this.#namespace, index: definition.spec });
  }

  dropIndex(name: string): void {
    if (!this.#indexes.delete(name)) return;
    this.#journal.record({ kind: 'dropIndex', namespace: this.#namespace, name });
  }

  #idKeyOf(doc: Doc): string {
    const id = doc['_id'];
    const type = bsonTypeOf(id);
    if (type === 'array' || type === 'regex' || type === 'missing') {
      throw new CommandError(53, `The '_id' value cannot be of type ${type}`);
    }
    return encodeKey(id);
  }

  #checkedKeys(doc: Doc, self: Row | undefined): (readonly [CollectionIndex, IndexKeys])[] {
    return this.secondaryIndexes.map((index) => {
      const keys = index.keysOf(doc);
      const conflict = index.findConflict(keys, self);
      if (conflict) throw duplicateKeyError(this.#namespace, index.definition, conflict);
      return [index, keys] as const;
    });
  }

  #validate(doc: Doc, before: Doc | undefined): void {
    if (!this.#validator || this.#options['validationLevel'] === 'off') return;
    if (this.#options['validationAction'] === 'warn' || this.#validator.matches(doc)) return;
    // Level "moderate" lets a document that was already invalid stay so.
    if (before && this.#options['validationLevel'] === 'moderate' && !this.#validator.matches(before)) return;
    throw new CommandError(121, 'Document failed validation', {
      errInfo: { failingDocumentId: plainDocument(doc)['_id'], details: { operatorName: '$validator' } },
    });
  }
}

function sameKeys(a: IndexKeys, b: IndexKeys): boolean {
  if (a.valuesByKey.size !== b.valuesByKey.size) return false;
  for (const key of a.valuesByKey.keys()) if (!b.valuesByKey.has(key)) return false;
  return true;
}
