import { CommandError } from '../command-error.ts';
import { geometryProblem } from '../geo/geo-values.ts';
import type { Doc } from '../values/bson-type.ts';
import { encodeCompoundKey } from '../values/key.ts';
import { toDouble } from '../values/numeric.ts';
import { shellText } from './duplicate-key.ts';
import type { IndexDefinition } from './index-definition.ts';
import { indexTuples } from './index-values.ts';
import { createOrderedTree } from './ordered-tree.ts';
import type { Row } from './row.ts';

/** A document's keys in one index, each with the values behind it for messages. */
export interface IndexKeys {
  readonly valuesByKey: ReadonlyMap<string, readonly unknown[]>;
  readonly hasArray: readonly boolean[];
}

/** Characters at the end of a non-unique key. */
const RECORD_ID_LENGTH = 6;

const NO_KEYS: IndexKeys = { valuesByKey: new Map(), hasArray: [] };

/** One index of a collection: a B+tree from encoded key to row. Non-unique keys end with the row's record id. */
export class CollectionIndex {
  readonly definition: IndexDefinition;
  readonly tree = createOrderedTree<Row>();
  /** Per field: some document had an array there. From then on a row may be met more than once in a scan. */
  readonly isMultikeyField: boolean[];
  readonly #directions: readonly number[];
  readonly #paths: readonly (readonly string[])[];

  constructor(definition: IndexDefinition) {
    this.definition = definition;
    this.#directions = definition.fields.map((field) => field.direction);
    this.#paths = definition.fields.map((field) => field.path.split('.'));
    this.isMultikeyField = definition.fields.map(() => false);
  }

  get isMultikey(): boolean {
    return this.isMultikeyField.includes(true);
  }

  /** The keys a document has here. Throws 171 CannotIndexParallelArrays. */
  keysOf(doc: Doc): IndexKeys {
    const { isSparse, partialFilter, collation, kind } = this.definition;
    if (kind === 'geo') this.#requireGeometries(doc);
    if (kind !== 'tree') return NO_KEYS;
    if (partialFilter && !partialFilter.matches(doc)) return NO_KEYS;
    const { tuples, hasArray, isAllMissing } = indexTuples(doc, this.#paths);
    if (isSparse && isAllMissing) return NO_KEYS;
    const valuesByKey = new Map<string, readonly unknown[]>();
    for (const values of tuples) valuesByKey.set(encodeCompoundKey(values, this.#directions, collation), values);
    return { valuesByKey, hasArray };
  }

  /** Throws 16755 for a document whose location is none. */
  #requireGeometries(doc: Doc): void {
    for (const path of this.definition.geoPaths) {
      const { key, min, max } = this.definition.spec as { key: Doc; min?: unknown; max?: unknown };
      const plane = key[path] === '2d' ? { min: toDouble(min ?? -180), max: toDouble(max ?? 180) } : undefined;
      const problem = geometryProblem(doc, path, plane);
      if (problem === undefined) continue;
      throw new CommandError(
        plane ? 13027 : 16755,
        plane ? problem : `Can't extract geo keys: { _id: ${shellText(doc['_id'])} ... }  ${problem}`,
      );
    }
  }

  /** The values of a key that another row has already, for a unique index. */
  findConflict(keys: IndexKeys, self: Row | undefined): readonly unknown[] | undefined {
    const { isUnique, isPreparedForUnique } = this.definition;
    if (!isUnique && !isPreparedForUnique) return undefined;
    for (const [key, values] of keys.valuesByKey) {
      const owner = isUnique ? this.tree.get(key) : this.#otherOwner(key, self);
      if (owner && owner !== self) return values;
    }
    return undefined;
  }

  /** Groups of rows that have a key in common; none when the index could be unique. */
  duplicates(): Row[][] {
    const groups = new Map<string, Row[]>();
    for (const [key, row] of this.tree.entries()) {
      const own = this.definition.isUnique ? key : key.slice(0, -RECORD_ID_LENGTH);
      const group = groups.get(own);
      if (group) group.push(row);
      else groups.set(own, [row]);
    }
    return [...groups.values()].filter((group) => group.length > 1);
  }

  #otherOwner(key: string, self: Row | undefined): Row | undefined {
    let other: Row | undefined;
    this.tree.forRange(key, `${key}\uffff`, true, (_key, row) => {
      if (row !== self) other = row;
    });
    return other;
  }

  add(keys: IndexKeys, row: Row): void {
    for (const [position, hasArray] of keys.hasArray.entries()) if (hasArray) this.isMultikeyField[position] = true;
    for (const key of keys.valuesByKey.keys()) this.tree.set(this.#treeKey(key, row), row);
  }

  remove(keys: IndexKeys, row: Row): void {
    for (const key of keys.valuesByKey.keys()) this.tree.delete(this.#treeKey(key, row));
  }

  #treeKey(key: string, row: Row): string {
    if (this.definition.isUnique) return key;
    const high = Math.floor(row.recordId / 0x1000000);
    return key + bytes24(high) + bytes24(row.recordId % 0x1000000);
  }
}

function bytes24(value: number): string {
  return String.fromCharCode((value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}
