import { describe, expect, it } from 'vitest';
import {
  addLine,
  type CartLine,
  checkQuantity,
  mergeLines,
  type ProductSnapshot,
  subtotalOf,
  withQuantity,
} from './cart.ts';

const line = (productId: string, quantity: number): CartLine => ({
  _id: `cit_${productId}`,
  productId,
  sku: `SKU-${productId}`,
  productName: productId,
  unitPriceWhenAdded: 100,
  quantity,
  addedAt: new Date(0),
});
const product = (productId: string, rest: Partial<ProductSnapshot> = {}): ProductSnapshot => ({
  productId,
  sku: `SKU-${productId}`,
  name: productId,
  packLabel: '1 kg',
  imageUrl: null,
  categoryId: 'cat_1',
  price: 100,
  mrp: 120,
  maxPerOrder: 5,
  isActive: true,
  availableQuantity: 5,
  ...rest,
});

describe('how many may be in a cart', () => {
  it.each([
    { product: product('a'), quantity: 5, code: undefined },
    { product: product('a'), quantity: 6, code: 'LIMIT_EXCEEDED' },
    { product: product('a', { availableQuantity: 3 }), quantity: 4, code: 'INSUFFICIENT_STOCK' },
    { product: product('a', { availableQuantity: 0 }), quantity: 1, code: 'OUT_OF_STOCK' },
    { product: product('a', { isActive: false }), quantity: 1, code: 'PRODUCT_UNAVAILABLE' },
    { product: null, quantity: 1, code: 'PRODUCT_UNAVAILABLE' },
  ])('$quantity of $product.availableQuantity left: $code', ({ product, quantity, code }) => {
    const checked = checkQuantity(product, quantity);
    expect(checked.ok ? undefined : checked.refusal.code).toBe(code);
  });
});

describe('changing lines', () => {
  const added = { quantity: 2, lineId: 'cit_new', maxLines: 2, now: new Date(0) };

  it('raises the line that holds the product already, and keeps its id', () => {
    const result = addLine([line('a', 1)], product('a'), added);
    expect(result).toMatchObject({ ok: true, value: [{ _id: 'cit_a', quantity: 3 }] });
  });

  it('refuses a product beyond the most that a cart holds, but not more of one in it', () => {
    const full = [line('a', 1), line('b', 1)];
    expect(addLine(full, product('c'), added)).toMatchObject({ ok: false, refusal: { code: 'LIMIT_EXCEEDED' } });
    expect(addLine(full, product('b'), added).ok).toBe(true);
  });

  it('drops a line at zero', () => {
    expect(withQuantity([line('a', 2), line('b', 1)], 'cit_a', 0).map(({ _id }) => _id)).toEqual(['cit_b']);
  });

  it('merges by the larger quantity, whichever cart has it, and names what did not fit', () => {
    const merged = mergeLines(
      [line('a', 1), line('b', 4)],
      [line('a', 3), line('b', 2), line('c', 1), line('d', 1)],
      3,
    );
    expect(merged.items.map(({ productId, quantity }) => [productId, quantity])).toEqual([
      ['a', 3],
      ['b', 4],
      ['c', 1],
    ]);
    expect(merged.left.map(({ productId }) => productId)).toEqual(['d']);
  });

  it('gives the same again when the same cart is merged twice', () => {
    const other = [line('a', 3), line('c', 1)];
    const once = mergeLines([line('a', 1)], other, 50).items;
    expect(mergeLines(once, other, 50).items).toEqual(once);
  });
});

describe('the subtotal', () => {
  it('is null as soon as one price is missing, and zero for an empty cart', () => {
    const items = [line('a', 2), line('b', 1)];
    expect(
      subtotalOf(
        items,
        new Map([
          ['SKU-a', 100],
          ['SKU-b', 50],
        ]),
      ),
    ).toBe(250);
    expect(subtotalOf(items, new Map([['SKU-a', 100]]))).toBeNull();
    expect(subtotalOf([], new Map())).toBe(0);
  });
});
