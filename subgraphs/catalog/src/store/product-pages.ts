import type { PipelineStage } from 'mongoose';
import { availabilities } from '../domain/availability.ts';
import { priceBands } from '../domain/price.ts';
import { type ProductOrder, type SortableProduct, sortKeysOf } from '../domain/product-order.ts';
import type { ProductView } from '../domain/product-record.ts';
import type { ProductModel } from './product-model.ts';
import {
  behindCondition,
  type Condition,
  conditionOf,
  type FacetName,
  type ProductQuery,
  type SearchScore,
  scoreCondition,
} from './product-query.ts';
import { viewProjection } from './product-store.ts';

/** Where a page continues: the score and sort values of the row before it. */
export interface PagePosition {
  score: SearchScore;
  values: readonly unknown[];
}

export interface ScoredProduct {
  score: SearchScore;
  product: ProductView;
}

export interface FacetCount {
  value: string;
  count: number;
}

/** Lists of products: pages, counts and facets, each in a number of calls that does not grow with the page. */
export interface ProductPages {
  /** Up to `limit` rows in order; at most three calls with search text, else one. */
  findPage(
    query: ProductQuery,
    order: ProductOrder,
    limit: number,
    after: PagePosition | undefined,
  ): Promise<ScoredProduct[]>;
  /** Null above `limit`. */
  count(query: ProductQuery, limit: number): Promise<number | null>;
  countFacet(query: ProductQuery, facet: FacetName): Promise<FacetCount[]>;
  /** Ids, categories and sort keys alone of all active products in the categories: light enough to read for a whole home page at once. */
  findSortKeys(categoryIds: readonly string[]): Promise<(SortableProduct & { categoryId: string })[]>;
  /** Names and brands of up to `limit` active products that match, by name. */
  findNames(query: ProductQuery, limit: number): Promise<{ name: string; brand: string | null }[]>;
}

export function createProductPages(model: ProductModel): ProductPages {
  const read = (condition: Condition, order: ProductOrder, limit: number) =>
    model
      .find(condition, viewProjection)
      .sort(Object.fromEntries(sortKeysOf(order)))
      .limit(limit)
      .lean<ProductView[]>();
  return {
    async findPage(query, order, limit, after) {
      const base = conditionOf(query);
      const rows: ScoredProduct[] = [];
      for (const score of scoresOf(query, order)) {
        if (after !== undefined && score > after.score) continue;
        const behind = after?.score === score ? behindCondition(order, after.values) : {};
        const found = await read(allOf(base, scoreCondition(query, score), behind), order, limit - rows.length);
        rows.push(...found.map((product) => ({ score, product })));
        if (rows.length >= limit) break;
      }
      return rows;
    },
    async count(query, limit) {
      const count = await model.countDocuments(conditionOf(query), { limit: limit + 1 });
      return count > limit ? null : count;
    },
    async countFacet(query, facet) {
      const stages: PipelineStage[] = [{ $match: conditionOf(query, facet) }, ...facetStages[facet]];
      const groups = await model.aggregate<{ _id: string | null; count: number }>(stages);
      return groups.flatMap(({ _id, count }) => (_id === null ? [] : [{ value: _id, count }])).sort(facetOrder[facet]);
    },
    findSortKeys: (categoryIds) =>
      model
        .find(
          { isActive: true, categoryId: { $in: [...categoryIds] } },
          { categoryId: 1, rank: 1, nameKey: 1, price: 1, discountPercent: 1, createdAt: 1, 'stock.overThreshold': 1 },
        )
        .lean<(SortableProduct & { categoryId: string })[]>(),
    findNames: (query, limit) =>
      model
        .find(conditionOf(query), { _id: 0, name: 1, brand: 1 })
        .sort({ rank: 1, nameKey: 1, _id: 1 })
        .limit(limit)
        .lean<{ name: string; brand: string | null }[]>(),
  };
}

/** Best first; a list without search, or in another order, is one piece. */
function scoresOf(query: ProductQuery, order: ProductOrder): SearchScore[] {
  return query.words.length > 0 && order === 'RELEVANCE' ? [3, 2, 1] : [0];
}

/** All conditions together. Each may use the same operator or field, so they are never merged into one object. */
function allOf(...conditions: Condition[]): Condition {
  const given = conditions.filter((condition) => Object.keys(condition).length > 0);
  const [first = {}] = given;
  return given.length < 2 ? first : { $and: given };
}

const countEach = (by: unknown): PipelineStage => ({ $group: { _id: by, count: { $sum: 1 } } });

const availabilityExpression = {
  $cond: [
    { $lte: ['$stock.available', 0] },
    'OUT_OF_STOCK',
    { $cond: [{ $lte: ['$stock.overThreshold', 0] }, 'LOW_STOCK', 'IN_STOCK'] },
  ],
};

const facetStages: Record<FacetName, PipelineStage[]> = {
  category: [countEach('$categoryId')],
  brand: [countEach('$brand')],
  tag: [{ $unwind: '$tags' }, countEach('$tags')],
  price: [countEach('$priceBand')],
  availability: [countEach(availabilityExpression)],
};

const byCount = (a: FacetCount, b: FacetCount) => b.count - a.count || (a.value < b.value ? -1 : 1);
const byPlace = (places: readonly string[]) => (a: FacetCount, b: FacetCount) =>
  places.indexOf(a.value) - places.indexOf(b.value);

const facetOrder: Record<FacetName, (a: FacetCount, b: FacetCount) => number> = {
  category: byCount,
  brand: byCount,
  tag: byCount,
  price: byPlace(priceBands),
  availability: byPlace(availabilities),
};
