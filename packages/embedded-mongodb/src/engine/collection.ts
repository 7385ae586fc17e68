import type { UUID } from 'bson';
import { assertDocumentSize, encodeDocument } from '../bson-codec.ts';
import { CommandError } from '../command-error.ts';
import { type CompiledFilter, compileFilter } from '../query/compile-filter.ts';
import { validationDetails } from '../query/validation-details.ts';
import type { TextIndex } from '../text/text-index.ts';
import { bsonTypeOf, type Doc } from '../values/bson-type.ts';
import { parseCollation } from '../values/collation.ts';
import { plainDocument } from '../values/fields.ts';
import { encodeKey } from '../values/key.ts';
import { toDouble } from '../values/numeric.ts';
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
  /** Who waits for the next document of a capped collection. */
  readonly #waiting = new Set<() => void>();
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

  get isView(): boolean {
    return this.#options['viewOn'] !== undefined;
  }

  /** What listCollections calls it. */
  get kind(): 'collection' | 'view' | 'timeseries' {
    if (this.isView) return 'view';
    return this.isTimeSeries ? 'timeseries' : 'collection';
  }

  /** In a time series two documents may have the same `_id`, so nothing is found by it alone. */
  get isTimeSeries(): boolean {
    return this.#options['timeseries'] !== undefined;
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
    const secondary = this.secondaryIndexes.map((index) => index.definition);
    if (this.isView || this.isTimeSeries) return secondary;
    const clustered = this.#options['clusteredIndex'] as Doc | undefined;
    if (!clustered) return [ID_INDEX, ...secondary];
    const spec = { ...clustered, clustered: true };
    return [{ ...ID_INDEX, name: String(clustered['name']), spec }, ...secondary];
  }

  /** The indexes that begin with one of these fields. */
  indexesOn(paths: readonly string[]): CollectionIndex[] {
    const found = [...this.#indexes.values()].filter(
      ({ definition }) => definition.kind === 'tree' && paths.includes(definition.fields[0]?.path ?? ''),
    );
    return paths.includes('_id') && !this.isTimeSeries ? [this.idIndex(), ...found] : found;
  }

  /** The fields that have a geospatial index, which `$near` needs. */
  geoPaths(): string[] {
    return [...this.#indexes.values()].flatMap(({ definition }) => definition.geoPaths);
  }

  /** What `$text` searches; a collection has one text index at most. */
  get textIndex(): TextIndex | undefined {
    for (const { definition } of this.#indexes.values()) if (definition.text) return definition.text;
    return undefined;
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
  insert(
    raw: Uint8Array,
    doc: Doc,
    options: { readonly bypassValidation?: boolean; readonly isRestoring?: boolean } = {},
  ): Row {
    assertDocumentSize(raw);
    if (!options.bypassValidation) this.#validate(doc, undefined);
    this.#requireTime(doc);
    // What was stored under a larger cap is read back all the same.
    if (!options.isRestoring) this.#requireRoom(raw);
    const row = new Row(this.#idKeyOf(doc), this.#nextRecordId, raw, doc);
    if (this.#rows.has(row.idKey)) throw duplicateKeyError(this.#namespace, ID_INDEX, [doc['_id']]);
    const keys = this.#checkedKeys(doc, undefined);
    this.#nextRecordId += 1;
    this.#rows.set(row.idKey, row);
    this.#byteLength += raw.byteLength;
    for (const [index, indexKeys] of keys) index.add(indexKeys, row);
    this.#idIndex?.add(this.#idIndex.keysOf(doc), row);
    this.#journal.record({ kind: 'put', namespace: this.#namespace, document: raw });
    this.keepWithinCap();
    for (const wake of this.#waiting) wake();
    return row;
  }

  /** Resolves with the next insert, or after the time; for cursors at the end of a capped collection. */
  nextInsert(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs).unref();
      this.#waiting.add(wake);
    });
  }

  /** The oldest go first: https://www.mongodb.com/docs/manual/core/capped-collections/ ; a cap is 4096 bytes at least. */
  keepWithinCap(): void {
    if (this.#options['capped'] !== true) return;
    const bytes = this.#capBytes();
    const count = this.#options['max'] === undefined ? Number.POSITIVE_INFINITY : toDouble(this.#options['max']);
    for (const oldest of this.#rows.values()) {
      if (this.#rows.size <= 1 || (this.#byteLength <= bytes && this.#rows.size <= count)) return;
      this.remove(oldest);
    }
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
    this.#journal.record({
      kind: 'remove',
      namespace: this.#namespace,
      id: this.isTimeSeries ? row.doc : row.doc['_id'],
    });
  }

  /** Removes the document with this `_id`, if there is one; for the log. */
  removeById(id: unknown): void {
    const row = this.isTimeSeries ? this.#findWhole(id as Doc) : this.#rows.get(encodeKey(id));
    if (row) this.remove(row);
  }

  #findWhole(doc: Doc): Row | undefined {
    const raw = encodeDocument(doc);
    for (const row of this.#rows.values()) if (Buffer.compare(row.raw, raw) === 0) return row;
    return undefined;
  }

  /** Stores a document as the log has it: inserted, or put in place of the one with its `_id`. */
  restore(raw: Uint8Array, doc: Doc): void {
    const row = this.isTimeSeries ? undefined : this.#rows.get(this.#idKeyOf(doc));
    if (!row) {
      this.insert(raw, doc, { bypassValidation: true, isRestoring: true }).forget();
      return;
    }
    this.#replaceRaw(row, raw, doc);
    row.forget();
  }

  /** Builds an index over what is stored. Throws E11000 when a unique one cannot be; then nothing changed. */
  addIndex(definition: IndexDefinition): void {
    const index = new CollectionIndex(definition);
    for (const row of this.#rows.values()) {
      const keys = index.keysOf(row.doc);
      // An index that is only prepared to be unique may be built over duplicates.
      const conflict = definition.isUnique ? index.findConflict(keys, row) : undefined;
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
    const key = encodeKey(id);
    return this.isTimeSeries ? `${key}\0${this.#nextRecordId}` : key;
  }

  /** A document that is larger than its capped collection may ever be has no place in it. */
  #requireRoom(raw: Uint8Array): void {
    if (this.#options['capped'] !== true || raw.byteLength <= this.#capBytes()) return;
    throw new CommandError(2, `object to insert exceeds cappedMaxSize: ${raw.byteLength} bytes`);
  }

  #capBytes(): number {
    return Math.max(toDouble(this.#options['size']), 4096);
  }

  /** https://www.mongodb.com/docs/manual/core/timeseries-collections/ : every measurement has its time. */
  #requireTime(doc: Doc): void {
    if (!this.isTimeSeries) return;
    const timeField = String((this.#options['timeseries'] as Doc)['timeField']);
    if (doc[timeField] instanceof Date) return;
    throw new CommandError(2, `'${timeField}' must be present and contain a valid BSON UTC datetime value`);
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
      errInfo: {
        failingDocumentId: plainDocument(doc)['_id'],
        details: validationDetails(this.#options['validator'] as Doc, doc, this.#options['collation']),
      },
    });
  }
}

function sameKeys(a: IndexKeys, b: IndexKeys): boolean {
  if (a.valuesByKey.size !== b.valuesByKey.size) return false;
  for (const key of a.valuesByKey.keys()) if (!b.valuesByKey.has(key)) return false;
  return true;
}
