import { createRequire } from 'node:module';
import type BTreeModule from 'sorted-btree';

type BTreeClass = typeof BTreeModule.default;
export type OrderedTree<V> = BTreeModule.default<string, V>;

// The package is CommonJS with an `__esModule` mark; loaders differ in what a default import of that gives.
const BTree = (createRequire(import.meta.url)('sorted-btree') as { default: BTreeClass }).default;

/** An empty B+tree over strings, ordered by code unit, which for byte-sized characters is the order of the bytes. */
export function createOrderedTree<V>(): OrderedTree<V> {
  return new BTree<string, V>(undefined, (a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
