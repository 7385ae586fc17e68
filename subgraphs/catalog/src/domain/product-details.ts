import { discountPercentOf, priceBandOf } from './price.ts';
import type { ProductRecord } from './product-record.ts';
import { foldText, indexTokens } from './search-text.ts';

type Described = Pick<ProductRecord, 'sku' | 'name' | 'brand' | 'tags' | 'mrp' | 'price'>;
type Derived = Pick<
  ProductRecord,
  'discountPercent' | 'priceBand' | 'rank' | 'nameKey' | 'nameTokens' | 'searchTokens'
>;

/** What follows from a product's own values and is stored with them, so that lists can be filtered, sorted and searched by index. */
export function deriveDetails({ sku, name, brand, tags, mrp, price }: Described): Derived {
  const nameTokens = indexTokens(name);
  return {
    discountPercent: discountPercentOf(mrp, price),
    priceBand: priceBandOf(price),
    rank: tags.includes('bestseller') ? 0 : 1,
    // Folding can lengthen a text manyfold (ligatures); a cursor must still hold it.
    nameKey: [...foldText(name)].slice(0, 120).join(''),
    nameTokens,
    searchTokens: [...new Set([...nameTokens, ...indexTokens(brand, sku, ...tags)])],
  };
}
