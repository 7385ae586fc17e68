import type { ProductOrder } from '../domain/product-order.ts';
import { sortKeysOf } from '../domain/product-order.ts';
import { prefixRange } from '../domain/search-text.ts';

/** A condition in the database's own terms. */
export type Condition = Record<string, unknown>;

/** One typed word, and the categories whose names (or whose ancestors' names) it begins a word of. */
export interface SearchWord {
  prefix: string;
  categoryIds: readonly string[];
}

/** What a list of products must have in common, with everything already looked up. Amounts in paise. */
export interface ProductQuery {
  words: readonly SearchWord[];
  /** Any of these; undefined for all. */
  categoryIds?: readonly string[] | undefined;
  brands?: readonly string[] | undefined;
  tags?: readonly string[] | undefined;
  minPrice?: number | undefined;
  maxPrice?: number | undefined;
  minDiscountPercent?: number | undefined;
  inStockOnly?: boolean | undefined;
  includeInactive?: boolean | undefined;
  lowStockOnly?: boolean | undefined;
}

export type FacetName = 'category' | 'brand' | 'tag' | 'price' | 'availability';

/** How well a product answers a search: 3 whole words of the name, 2 beginnings of words of the name, 1 the rest; 0 without search. */
export type SearchScore = 0 | 1 | 2 | 3;

/** The query as one condition; `except` leaves out what a facet chooses, so that it counts the alternatives. */
export function conditionOf(query: ProductQuery, except?: FacetName): Condition {
  const { categoryIds, brands, tags, minPrice, maxPrice, minDiscountPercent } = query;
  const condition: Condition = query.includeInactive ? {} : { isActive: true };
  if (categoryIds !== undefined && except !== 'category') condition['categoryId'] = { $in: categoryIds };
  if (brands !== undefined && except !== 'brand') condition['brand'] = { $in: brands };
  if (tags !== undefined && except !== 'tag') condition['tags'] = { $in: tags };
  if (except !== 'price' && (minPrice !== undefined || maxPrice !== undefined)) {
    condition['price'] = {
      ...(minPrice === undefined ? {} : { $gte: minPrice }),
      ...(maxPrice === undefined ? {} : { $lte: maxPrice }),
    };
  }
  if (minDiscountPercent !== undefined) condition['discountPercent'] = { $gte: minDiscountPercent };
  if (query.inStockOnly && except !== 'availability') condition['stock.available'] = { $gt: 0 };
  if (query.lowStockOnly) condition['stock.overThreshold'] = { $lte: 0 };
  if (query.words.length > 0) condition['$and'] = query.words.map(wordCondition);
  return condition;
}

/** The products of a query that have exactly this score. */
export function scoreCondition(query: ProductQuery, score: SearchScore): Condition {
  const whole: Condition = { nameTokens: { $all: query.words.map(({ prefix }) => prefix) } };
  const begun: Condition = { $and: query.words.map(({ prefix }) => beginsToken('nameTokens', prefix)) };
  switch (score) {
    case 0:
      return {};
    case 1:
      return { $nor: [begun] };
    case 2:
      return { ...begun, $nor: [whole] };
    case 3:
      return whole;
    default:
      return score satisfies never;
  }
}

/** Behind the row with these sort values: equal in the first keys and beyond in the next. */
export function behindCondition(order: ProductOrder, values: readonly unknown[]): Condition {
  const keys = sortKeysOf(order);
  const alternatives = keys.map(([field, direction], index) => ({
    ...Object.fromEntries(keys.slice(0, index).map(([equal], at) => [equal, values[at]])),
    [field]: { [direction === 1 ? '$gt' : '$lt']: values[index] },
  }));
  const [first] = keys;
  // The plain bound on the first key lets an index start there instead of at its beginning.
  return first === undefined
    ? {}
    : { [first[0]]: { [first[1] === 1 ? '$gte' : '$lte']: values[0] }, $or: alternatives };
}

function wordCondition({ prefix, categoryIds }: SearchWord): Condition {
  const inTokens = beginsToken('searchTokens', prefix);
  return categoryIds.length === 0 ? inTokens : { $or: [inTokens, { categoryId: { $in: categoryIds } }] };
}

/** A range on the tokens instead of a pattern: nothing that a shopper types is ever read as one. */
function beginsToken(field: 'nameTokens' | 'searchTokens', prefix: string): Condition {
  const { from, below } = prefixRange(prefix);
  return { [field]: { $elemMatch: { $gte: from, $lt: below } } };
}
