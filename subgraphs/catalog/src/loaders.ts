import { loadByKey } from '@swiftcart/graphql';
import DataLoader from 'dataloader';
import { type CategoryProductsLoader, createCategoryProductsLoader } from './category-products.ts';
import type { CatalogConfig } from './config.ts';
import type { CategoryRecord, CategoryTree } from './domain/category-tree.ts';
import type { ProductView } from './domain/product-record.ts';
import type { CatalogStore } from './store/create-store.ts';

/** Reads of one operation: each product once, all categories at most once, whatever the query nests. */
export interface CatalogLoaders {
  product: DataLoader<string, ProductView | null>;
  category: DataLoader<string, CategoryRecord | null>;
  /** All categories in one read, shared by everything that asks in this operation. */
  tree(): Promise<CategoryTree>;
  /** First pages of several categories in a fixed number of reads. */
  categoryProducts: CategoryProductsLoader;
  /** Forgets what a mutation has changed. */
  clear(): void;
}

export function createLoaders(store: CatalogStore, { maxCounted }: Pick<CatalogConfig, 'maxCounted'>): CatalogLoaders {
  const product = new DataLoader<string, ProductView | null>(async (ids) =>
    loadByKey(ids, await store.products.findByIds(ids), ({ _id }) => _id),
  );
  let reading: Promise<CategoryTree> | undefined;
  const tree = () => {
    reading ??= store.categories.loadTree();
    return reading;
  };
  const category = new DataLoader<string, CategoryRecord | null>(async (ids) => {
    const { find } = await tree();
    return ids.map(find);
  });
  const sources = { pages: store.pages, loadTree: tree, maxCounted };
  // A failed read of one product fails the page: a hole in a list would be a lie.
  const loadProducts = async (ids: readonly string[]) => (await product.loadMany(ids)).map(orThrow);
  const categoryProducts = createCategoryProductsLoader(sources, loadProducts);
  return {
    categoryProducts,
    product,
    category,
    tree,
    clear() {
      reading = undefined;
      product.clearAll();
      category.clearAll();
      categoryProducts.clearAll();
    },
  };
}

function orThrow<Value>(value: Value | Error): Value {
  if (value instanceof Error) throw value;
  return value;
}
