export const productSorts = ['RELEVANCE', 'PRICE_ASC', 'PRICE_DESC', 'DISCOUNT_DESC', 'NAME_ASC', 'NEWEST'] as const;
export type ProductSort = (typeof productSorts)[number];

/** A field that a list is ordered by, and which way: 1 upwards, -1 downwards. */
export type SortKey = readonly [field: string, direction: 1 | -1];

/** Total orders: each ends with the id, so that no two products are equal and a page can continue exactly behind one. */
const orders: Record<ProductSort | 'EMPTIEST', readonly SortKey[]> = {
  RELEVANCE: [
    ['rank', 1],
    ['nameKey', 1],
    ['_id', 1],
  ],
  PRICE_ASC: [
    ['price', 1],
    ['_id', 1],
  ],
  PRICE_DESC: [
    ['price', -1],
    ['_id', -1],
  ],
  DISCOUNT_DESC: [
    ['discountPercent', -1],
    ['_id', -1],
  ],
  NAME_ASC: [
    ['nameKey', 1],
    ['_id', 1],
  ],
  NEWEST: [
    ['createdAt', -1],
    ['_id', -1],
  ],
  EMPTIEST: [
    ['stock.overThreshold', 1],
    ['_id', 1],
  ],
};

/** Every order a list of products can have; EMPTIEST is the operators' low-stock list. */
export type ProductOrder = keyof typeof orders;

export function sortKeysOf(order: ProductOrder): readonly SortKey[] {
  return orders[order];
}

/** The fields every order needs of a product. */
export interface SortableProduct {
  _id: string;
  rank: number;
  nameKey: string;
  price: number;
  discountPercent: number;
  createdAt: Date;
  stock: { overThreshold: number };
}

/** A product's values of an order's keys; dates as milliseconds. */
export function sortValuesOf(product: SortableProduct, order: ProductOrder): (string | number)[] {
  switch (order) {
    case 'RELEVANCE':
      return [product.rank, product.nameKey, product._id];
    case 'PRICE_ASC':
    case 'PRICE_DESC':
      return [product.price, product._id];
    case 'DISCOUNT_DESC':
      return [product.discountPercent, product._id];
    case 'NAME_ASC':
      return [product.nameKey, product._id];
    case 'NEWEST':
      return [product.createdAt.getTime(), product._id];
    case 'EMPTIEST':
      return [product.stock.overThreshold, product._id];
    default:
      return order satisfies never;
  }
}

/** Compares two products in an order, as the database does: text by code point. */
export function compareProducts(a: SortableProduct, b: SortableProduct, order: ProductOrder): number {
  const left = sortValuesOf(a, order);
  const right = sortValuesOf(b, order);
  for (const [index, [, direction]] of orders[order].entries()) {
    const difference = compareValues(left[index] ?? 0, right[index] ?? 0);
    if (difference !== 0) return difference * direction;
  }
  return 0;
}

function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const difference = codePointRank(a.charCodeAt(at)) - codePointRank(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Halves of characters beyond the basic plane sort above it, as their code points do. */
function codePointRank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit;
}
