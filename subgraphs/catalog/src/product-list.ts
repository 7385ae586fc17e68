import { badUserInput, type PageArguments } from '@swiftcart/graphql';
import { type BrowseSources, browseProducts, type ProductConnection, searchWordsIn } from './browse-products.ts';
import type { CatalogContext } from './context.ts';
import type { ProductSort } from './domain/product-order.ts';
import { rankSuggestions } from './domain/suggestions.ts';
import type { ProductQuery } from './store/product-query.ts';

/** Arguments of `products`; null and absent are one. */
export interface ProductListArguments extends PageArguments {
  search?: string | null;
  sort?: ProductSort | null;
  filter?: {
    categoryId?: string | null;
    brands?: string[] | null;
    tags?: string[] | null;
    minPrice?: number | null;
    maxPrice?: number | null;
    minDiscountPercent?: number | null;
    inStockOnly?: boolean | null;
    includeInactive?: boolean | null;
  } | null;
}

const maxFilterValues = 50;
const suggestionCandidates = 100;

export function browseSources({ app, loaders }: CatalogContext): BrowseSources {
  return { pages: app.store.pages, loadTree: loaders.tree, maxCounted: app.config.maxCounted };
}

/** The list behind `products`. Throws BAD_USER_INPUT for a search or filter that is longer than anybody needs. */
export async function listProducts(context: CatalogContext, args: ProductListArguments): Promise<ProductConnection> {
  const query = await productQueryOf(context, args);
  return browseProducts(browseSources(context), query, args.sort ?? 'RELEVANCE', args);
}

/** The operators' list of what runs out, emptiest first. */
export function listLowStock(context: CatalogContext, page: PageArguments): Promise<ProductConnection> {
  return browseProducts(browseSources(context), { words: [], lowStockOnly: true }, 'EMPTIEST', {
    ...page,
    first: page.first ?? 50,
  });
}

/** Completions of what was typed. Throws BAD_USER_INPUT outside 1 to 20, and for a text that is too long. */
export async function suggestNames(context: CatalogContext, prefix: string, first: number): Promise<string[]> {
  if (first < 1 || first > 20) throw badUserInput(`first must be between 1 and 20, not ${first}.`, 'first');
  const tree = await context.loaders.tree();
  const words = searchWordsIn(prefix, tree, 'prefix');
  if (words.length === 0) return [];
  // Here a category's own name is a suggestion, so its products are not.
  const query = { words: words.map((word) => ({ ...word, categoryIds: [] })) };
  const found = await context.app.store.pages.findNames(query, suggestionCandidates);
  const names = found.flatMap(({ name, brand }) => (brand === null ? [name] : [name, brand]));
  return rankSuggestions(prefix, [...names, ...tree.all.map(({ name }) => name)], first);
}

async function productQueryOf(
  { loaders }: CatalogContext,
  { search, filter }: ProductListArguments,
): Promise<ProductQuery> {
  const categoryId = filter?.categoryId ?? undefined;
  return {
    words: search === null || search === undefined ? [] : searchWordsIn(search, await loaders.tree(), 'search'),
    categoryIds: categoryId === undefined ? undefined : (await loaders.tree()).branchOf(categoryId),
    brands: oneOf(filter?.brands, 'filter.brands'),
    tags: oneOf(filter?.tags, 'filter.tags')?.map((tag) => tag.toLowerCase()),
    minPrice: filter?.minPrice ?? undefined,
    maxPrice: filter?.maxPrice ?? undefined,
    minDiscountPercent: filter?.minDiscountPercent ?? undefined,
    inStockOnly: filter?.inStockOnly ?? false,
    includeInactive: filter?.includeInactive ?? false,
  };
}

/** An empty list is no condition, rather than one that nothing meets. */
function oneOf(values: string[] | null | undefined, field: string): string[] | undefined {
  if (values === null || values === undefined || values.length === 0) return undefined;
  if (values.length > maxFilterValues)
    throw badUserInput(`${field} has at most ${maxFilterValues} values, not ${values.length}.`, field);
  return values;
}
