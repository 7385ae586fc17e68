import { type PageArguments, pageArgs } from '@swiftcart/graphql';
import DataLoader from 'dataloader';
import { type BrowseSources, browseProducts, type ProductConnection, productConnection } from './browse-products.ts';
import { compareProducts, type ProductOrder } from './domain/product-order.ts';
import type { ProductView } from './domain/product-record.ts';
import type { ProductQuery } from './store/product-query.ts';

/** The products of one category, as `Category.products` asks for them. */
export interface CategoryPageKey extends PageArguments {
  categoryId: string;
  sort: ProductOrder;
}

export type CategoryProductsLoader = DataLoader<CategoryPageKey, ProductConnection, string>;

/**
 * Pages of several categories at once, as a home screen asks for them. One category is an ordinary page; for more, the sort
 * keys of their products are read in one call and the few products that are shown in a second, however many categories.
 */
export function createCategoryProductsLoader(
  sources: BrowseSources,
  loadProducts: (ids: readonly string[]) => Promise<(ProductView | null)[]>,
): CategoryProductsLoader {
  return new DataLoader<CategoryPageKey, ProductConnection, string>(
    async (keys) => {
      const isFirstPages = keys.length > 1 && keys.every(({ after }) => after === null || after === undefined);
      return isFirstPages
        ? firstPages(sources, loadProducts, keys)
        : Promise.all(keys.map((key) => onePage(sources, key)));
    },
    { cacheKeyFn: ({ categoryId, sort, first, after }) => JSON.stringify([categoryId, sort, first, after]) },
  );
}

async function queryOf(
  { loadTree }: BrowseSources,
  { categoryId }: CategoryPageKey,
): Promise<ProductQuery & { categoryIds: string[] }> {
  return { words: [], categoryIds: (await loadTree()).branchOf(categoryId) };
}

async function onePage(sources: BrowseSources, key: CategoryPageKey): Promise<ProductConnection> {
  return browseProducts(sources, await queryOf(sources, key), key.sort, key);
}

async function firstPages(
  sources: BrowseSources,
  loadProducts: (ids: readonly string[]) => Promise<(ProductView | null)[]>,
  keys: readonly CategoryPageKey[],
): Promise<ProductConnection[]> {
  const wanted = await Promise.all(
    keys.map(async (key) => ({
      key,
      query: await queryOf(sources, key),
      limit: pageArgs(key, { defaultFirst: 20 }).limit,
    })),
  );
  const sortKeys = await sources.pages.findSortKeys([...new Set(wanted.flatMap(({ query }) => query.categoryIds))]);
  return Promise.all(
    wanted.map(async ({ key, query, limit }) => {
      const branch = new Set(query.categoryIds);
      const members = sortKeys.filter(({ categoryId }) => branch.has(categoryId));
      const shown = members.sort((a, b) => compareProducts(a, b, key.sort)).slice(0, limit + 1);
      const products = await loadProducts(shown.map(({ _id }) => _id));
      const rows = products.flatMap((product) => (product === null ? [] : [{ score: 0 as const, product }]));
      const page = productConnection(sources, query, key.sort, rows, limit, false);
      return { ...page, totalCount: async () => (members.length > sources.maxCounted ? null : members.length) };
    }),
  );
}
