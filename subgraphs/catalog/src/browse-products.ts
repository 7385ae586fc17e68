import {
  badUserInput,
  type Connection,
  connection,
  decodeCursor,
  encodeCursor,
  isCleanText,
  type PageArguments,
  pageArgs,
} from '@swiftcart/graphql';
import { availabilities, availabilityLabels } from './domain/availability.ts';
import type { CategoryTree } from './domain/category-tree.ts';
import { priceBandLabel } from './domain/price.ts';
import { type ProductOrder, sortKeysOf, sortValuesOf } from './domain/product-order.ts';
import type { ProductView } from './domain/product-record.ts';
import { indexTokens, searchWords } from './domain/search-text.ts';
import type { FacetCount, PagePosition, ProductPages, ScoredProduct } from './store/product-pages.ts';
import type { FacetName, ProductQuery, SearchScore, SearchWord } from './store/product-query.ts';

/** A page of products. What has to be counted is counted only when it is asked for. */
export interface ProductConnection {
  edges: Connection<ProductView>['edges'];
  nodes: ProductView[];
  pageInfo: Connection<ProductView>['pageInfo'];
  totalCount(): Promise<number | null>;
  facets(): Promise<Facet[]>;
}

export interface Facet {
  name: FacetName;
  values: { value: string; label: string; count: number }[];
}

/** What the lists need: the pages, all categories (read once per request), and how far counting goes. */
export interface BrowseSources {
  pages: ProductPages;
  loadTree(): Promise<CategoryTree>;
  maxCounted: number;
}

const maxSearchLength = 200;
const maxSearchWords = 12;
const maxFacetValues = 50;
const facetNames: readonly FacetName[] = ['category', 'brand', 'tag', 'price', 'availability'];

/** One page of a list. Throws BAD_USER_INPUT for a page size or a cursor that is not one of this list's. */
export async function browseProducts(
  sources: BrowseSources,
  query: ProductQuery,
  order: ProductOrder,
  args: PageArguments,
): Promise<ProductConnection> {
  const { limit, after } = pageArgs(args, { defaultFirst: 20 });
  const rows = await sources.pages.findPage(
    query,
    order,
    limit + 1,
    after === undefined ? undefined : positionOf(after, order),
  );
  return productConnection(sources, query, order, rows, limit, after !== undefined);
}

/** Rows that were read elsewhere, `limit + 1` at most, as a page of the list that `query` describes. */
export function productConnection(
  sources: BrowseSources,
  query: ProductQuery,
  order: ProductOrder,
  rows: readonly ScoredProduct[],
  limit: number,
  hasPrevious: boolean,
): ProductConnection {
  const page = connection(rows, limit, (row) => cursorOf(row, order), hasPrevious);
  return {
    edges: page.edges.map(({ cursor, node }) => ({ cursor, node: node.product })),
    nodes: page.nodes.map(({ product }) => product),
    pageInfo: page.pageInfo,
    totalCount: () => sources.pages.count(query, sources.maxCounted),
    facets: () => Promise.all(facetNames.map((name) => loadFacet(sources, query, name))),
  };
}

/** The typed text as words, each with the categories it names. Throws BAD_USER_INPUT when it is longer than anybody types. */
export function searchWordsIn(text: string, tree: CategoryTree, field: string): SearchWord[] {
  if (!isCleanText(text, { maxLength: maxSearchLength })) {
    throw badUserInput(`${field} has at most ${maxSearchLength} well-formed characters.`, field);
  }
  const words = searchWords(text);
  if (words.length > maxSearchWords) {
    throw badUserInput(`${field} has at most ${maxSearchWords} words, not ${words.length}.`, field);
  }
  return words.map((prefix) => {
    const named = tree.all.filter(({ name }) => indexTokens(name).some((token) => token.startsWith(prefix)));
    return { prefix, categoryIds: [...new Set(named.flatMap(({ _id }) => tree.branchOf(_id)))] };
  });
}

function cursorOf({ score, product }: ScoredProduct, order: ProductOrder): string {
  return encodeCursor([order, score, ...sortValuesOf(product, order)]);
}

function positionOf(cursor: string, order: ProductOrder): PagePosition {
  const keys = sortKeysOf(order);
  const [givenOrder, score, ...values] = decodeCursor(cursor, keys.length + 2);
  const isOfOrder =
    givenOrder === order && keys.every(([field], index) => typeof values[index] === sortValueType(field));
  const position = values.map((value, index) => (keys[index]?.[0] === 'createdAt' ? new Date(Number(value)) : value));
  const isPlace = position.every((value) => !(value instanceof Date) || !Number.isNaN(value.getTime()));
  if (!isOfOrder || !isScore(score) || !isPlace)
    throw badUserInput('The cursor belongs to another list or sort.', 'after');
  return { score, values: position };
}

function sortValueType(field: string): 'string' | 'number' {
  return field === '_id' || field === 'nameKey' ? 'string' : 'number';
}

function isScore(value: unknown): value is SearchScore {
  return value === 0 || value === 1 || value === 2 || value === 3;
}

async function loadFacet({ pages, loadTree }: BrowseSources, query: ProductQuery, name: FacetName): Promise<Facet> {
  const counts = await pages.countFacet(query, name);
  if (name !== 'category')
    return { name, values: counts.slice(0, maxFacetValues).map((count) => labelled(name, count)) };
  return { name, values: categoryValues(await loadTree(), counts).slice(0, maxFacetValues) };
}

function labelled(name: FacetName, { value, count }: FacetCount): Facet['values'][number] {
  if (name === 'price') return { value, label: priceBandLabel(value), count };
  const availability = name === 'availability' ? availabilities.find((one) => one === value) : undefined;
  return { value, label: availability === undefined ? value : availabilityLabels[availability], count };
}

/** Products count for their category and all above it, because that is what choosing one of those would show. */
function categoryValues(tree: CategoryTree, counts: readonly FacetCount[]): Facet['values'] {
  const totals = new Map<string, number>();
  for (const { value, count } of counts) {
    for (const id of tree.pathOf(value)) totals.set(id, (totals.get(id) ?? 0) + count);
  }
  return [...totals]
    .map(([value, count]) => ({ value, label: tree.find(value)?.name ?? value, count }))
    .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
}
