import { expect, it } from 'vitest';
import { availabilityOf } from './availability.ts';
import { type Pack, packLabel, unitPriceOf } from './pack-size.ts';
import { discountPercentOf, priceBandLabel, priceBandOf, priceBands } from './price.ts';
import { checkNewProduct, checkProductChange } from './product-input.ts';
import { isSlug, slugify } from './slug.ts';
import { rankSuggestions } from './suggestions.ts';
import { isImageUrl, isPlainText } from './text-rules.ts';

it.each<[Pack, string]>([
  [{ value: 500, unit: 'GRAM' }, '500 g'],
  [{ value: 1.5, unit: 'LITRE' }, '1.5 L'],
  [{ value: 1, unit: 'PIECE' }, '1 piece'],
  [{ value: 6, unit: 'PIECE' }, '6 pieces'],
])('labels a pack as it is printed (%#)', (pack, label) => {
  expect(packLabel(pack)).toBe(label);
});

it.each<[number, Pack, number | undefined]>([
  [3_700, { value: 500, unit: 'GRAM' }, 740],
  [25_900, { value: 5, unit: 'KILOGRAM' }, 518],
  [3_500, { value: 500, unit: 'MILLILITRE' }, 7_000],
  [2_000, { value: 3, unit: 'LITRE' }, 667],
  [4_800, { value: 6, unit: 'PIECE' }, 800],
  [4_800, { value: 1, unit: 'PIECE' }, undefined],
])('prices %i paise by one reference, so that packs compare (%#)', (price, pack, expected) => {
  expect(unitPriceOf(price, pack)?.price).toBe(expected);
});

it.each([
  [100, 100, 0],
  [300, 200, 33],
  [1_000, 999, 0],
  [1_000, 1, 99],
])('never promises a discount that is not given: %i to %i is %i percent', (mrp, price, percent) => {
  expect(discountPercentOf(mrp, price)).toBe(percent);
});

it.each([
  [1, '0-4999', 'Under ₹50'],
  [4_999, '0-4999', 'Under ₹50'],
  [5_000, '5000-9999', '₹50 to ₹99.99'],
  [50_000, '50000-', '₹500 and above'],
])('puts %i paise into the band %s', (price, band, label) => {
  expect(priceBandOf(price)).toBe(band);
  expect(priceBandLabel(band)).toBe(label);
  expect(priceBands).toContain(band);
});

it.each([
  [0, 5, 'OUT_OF_STOCK'],
  [5, 5, 'LOW_STOCK'],
  [6, 5, 'IN_STOCK'],
  [1, 0, 'IN_STOCK'],
])('shows %i packs under a threshold of %i as %s', (available, threshold, expected) => {
  expect(availabilityOf(available, threshold)).toBe(expected);
});

it('makes slugs that are slugs, also from accents and signs', () => {
  expect(slugify('Café Style', 'Cold-Brew & Co.', '250 g')).toBe('cafe-style-cold-brew-co-250-g');
  expect(isSlug(slugify('x'.repeat(99), 'yy'))).toBe(true);
  expect(['', '-a', 'a--b', 'A', 'a_b', 'a'.repeat(101)].some(isSlug)).toBe(false);
});

it('suggests what starts with the text before what contains it, each name once', () => {
  const names = ['Toned Milk', 'Milk Rusk', 'milk rusk', 'Milk', 'Silk'];
  expect(rankSuggestions('mil', names, 3)).toEqual(['Milk', 'Milk Rusk', 'Toned Milk']);
});

it.each([
  ['a', true],
  ['', false],
  ['   ', false],
  ['a\u0000', false],
  ['a\ud800', false],
  ['👍'.repeat(5), true],
  ['👍'.repeat(6), false],
])('takes %j as text of 1 to 5 characters: %s', (text, isFine) => {
  expect(isPlainText(text, 1, 5)).toBe(isFine);
});

it.each([
  ['https://img.example/a.png', true],
  ['/images/a.svg', true],
  ['//evil.example/a.png', false],
  ['javascript:alert(1)', false],
  ['http://img.example/a.png', false],
  ['https://a b', false],
])('takes %s as a picture: %s', (url, isFine) => {
  expect(isImageUrl(url)).toBe(isFine);
});

const product = {
  sku: 'TST-1',
  name: 'Tea',
  pack: { value: 1, unit: 'PIECE' as const },
  stock: 1,
  mrp: 100,
  price: 90,
};

it('accepts an ordinary product, and tells every reason against another at once', () => {
  expect(checkNewProduct(product)).toEqual([]);
  const refusals = checkNewProduct({
    ...product,
    sku: 'no spaces',
    slug: 'No Slug',
    name: '',
    brand: '',
    description: 'x'.repeat(2_001),
    imageUrls: ['ftp://x'],
    pack: { value: 0, unit: 'GRAM' },
    stock: -1,
    price: 101,
    lowStockThreshold: -1,
    maxPerOrder: 0,
    tags: ['no spaces'],
  });
  expect(refusals.map(({ field }) => field?.[1])).toEqual(
    'sku slug packValue stock name brand description imageUrls price lowStockThreshold maxPerOrder tags'.split(' '),
  );
});

it('judges a new price against the mrp that stays, and a new mrp against the price that stays', () => {
  const current = { mrp: 100, price: 90 };
  expect(checkProductChange({ price: 101 }, current)).toMatchObject([{ code: 'PRICE_ABOVE_MRP' }]);
  expect(checkProductChange({ mrp: 89 }, current)).toMatchObject([{ code: 'PRICE_ABOVE_MRP' }]);
  expect(checkProductChange({ price: 150, mrp: 160 }, current)).toEqual([]);
});
