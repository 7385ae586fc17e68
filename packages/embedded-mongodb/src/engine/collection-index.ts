import { CommandError } from '../command-error.ts';
import type { Doc } from '../values/bson-type.ts';
import { encodeCompoundKey } from '../values/key.ts';
import { indexValuesAtPath } from '../values/paths.ts';
import type { IndexDefinition } from './index-definition.ts';
import { createOrderedTree } from './ordered-tree.ts';
import type { Row } from './row.ts';

/** What a document has in an index: its keys, and the values behind the first of them for messages. */
export interface IndexKeys {
  readonly keys: readonly string[];
  readonly valuesOf: ReadonlyMap<string, readonly unknown[]>;
  readonly isMultikey: boolean;
}

const NO_KEYS: IndexKeys = { keys: [], valuesOf: new Map(), isMultikey: false };

/** One index of a collection: a B+tree from encoded key to row. Non-unique keys end with the row's record id. */
export class CollectionIndex {
  readonly definition: IndexDefinition;
  readonly #directions: readonly number[];
  readonly tree = createOrderedTree<Row>();
  /** True once any document had an array in an indexed field; from then on a row may be met more than once in a scan. */
  isMultikey = false;

  constructor(definition: IndexDefinition) {
    this.definition = definition;
    this.#directions = definition.fields.map((field) => field.direction);
  }

  /** The keys a document has here. Throws 171 CannotIndexParallelArrays. */
  keysOf(doc: Doc): IndexKeys {
    const { fields, isSparse, partialFilter, collation } = this.definition;
    if (partialFilter && !partialFilter.matches(doc)) return NO_KEYS;
    const perField = fields.map((field) => indexValuesAtPath(doc, field.path));
    if (isSparse && perField.every((field) => field.isMissing)) return NO_KEYS;
    this.#refuseParallelArrays(perField.map((field) => field.hasArray));
    const valuesOf = new Map<string, readonly unknown[]>();
    for (const values of product(perField.map((field) => field.values))) {
      valuesOf.set(encodeCompoundKey(values, this.#directions, collation), values);
    }
    return { keys: [...valuesOf.keys()], valuesOf, isMultikey: perField.some((field) => field.hasArray) };
  }

  /** The key of another row that stands in the way of these keys, for a unique index. */
  findConflict(keys: IndexKeys, self: Row | undefined): readonly unknown[] | undefined {
    if (!this.definition.isUnique) return undefined;
    for (const key of keys.keys) {
      const owner = this.tree.get(key);
      if (owner && owner !== self) return keys.valuesOf.get(key);
    }
    return undefined;
  }

  add(keys: IndexKeys, row: Row): void {
    if (keys.isMultikey) this.isMultikey = true;
    for (const key of keys.keys) this.tree.set(this.#treeKey(key, row), row);
  }

  remove(keys: IndexKeys, row: Row): void {
    for (const key of keys.keys) this.tree.delete(this.#treeKey(key, row));
  }

  #treeKey(key: string, row: Row): string {
    if (this.definition.isUnique) return key;
    const high = Math.floor(row.recordId / 0x1000000);
    return key + String.fromCharCode(...bytes24(high), ...bytes24(row.recordId % 0x1000000));
  }

  /** Two indexed arrays in one document would need a key for every pair, unless one array holds both fields. */
  #refuseParallelArrays(hasArray: readonly boolean[]): void {
    const arrays = this.definition.fields.filter((_, position) => hasArray[position]).map((field) => field.path);
    const roots = new Set(arrays.map((path) => path.split('.')[0]));
    if (roots.size > 1) {
      const [first, second] = [...roots];
      throw new CommandError(171, `cannot index parallel arrays [${second}] [${first}]`);
    }
  }
}

function bytes24(value: number): [number, number, number] {
  return [(value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function product(lists: readonly (readonly unknown[])[]): unknown[][] {
  let rows: unknown[][] = [[]];
  for (const list of lists) {
    rows = rows.flatMap((row) => list.map((value) => [...row, value]));
  }
  return rows;
}
