import type { CatalogRefusal } from './catalog-refusal.ts';
import type { Pack } from './pack-size.ts';
import { isSlug, maxSlugLength } from './slug.ts';
import { createInputCheck, type InputCheck, isImageUrl, isPlainText } from './text-rules.ts';

/** What an operator may set on a product; undefined means "not given". Amounts in paise. */
export interface ProductFields {
  name?: string | undefined;
  brand?: string | null | undefined;
  description?: string | null | undefined;
  imageUrls?: readonly string[] | undefined;
  mrp?: number | undefined;
  price?: number | undefined;
  lowStockThreshold?: number | undefined;
  maxPerOrder?: number | undefined;
  tags?: readonly string[] | undefined;
}

/** What only a new product has. */
export interface NewProductFields {
  sku: string;
  slug?: string | undefined;
  pack: Pack;
  stock: number;
}

/** Most packs of one product that the shop counts: far above any store, far below where 32-bit numbers end. */
export const maxStock = 1_000_000;
const maxAmount = 100_000_000;
const maxImages = 10;
const maxTags = 20;
const skuPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{2,39}$/;
const tagPattern = /^[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*$/u;

/** Every reason against a new product's own values; empty when it may be added. */
export function checkNewProduct(fields: ProductFields & NewProductFields): CatalogRefusal[] {
  const check = createInputCheck();
  check.require(skuPattern.test(fields.sku), 'sku', 'A SKU is 3 to 40 letters, digits, dots, hyphens or underscores.');
  check.require(
    fields.slug === undefined || isSlug(fields.slug),
    'slug',
    `A slug is lower-case words of letters and digits joined by hyphens, at most ${maxSlugLength} characters.`,
  );
  check.require(
    fields.pack.value > 0 && fields.pack.value <= maxStock,
    'packValue',
    'The pack size must be more than 0.',
  );
  check.require(isWithin(fields.stock, 0, maxStock), 'stock', `Stock is between 0 and ${maxStock} packs.`);
  checkFields(check, fields);
  return check.refusals;
}

/** Every reason against new values of a product whose other prices are `current`. */
export function checkProductChange(fields: ProductFields, current: { mrp: number; price: number }): CatalogRefusal[] {
  const check = createInputCheck();
  checkFields(check, { ...fields, mrp: fields.mrp ?? current.mrp, price: fields.price ?? current.price });
  return check.refusals;
}

function checkFields(check: InputCheck, fields: ProductFields): void {
  const { name, brand, description, imageUrls, mrp, price, lowStockThreshold, maxPerOrder, tags } = fields;
  check.require(name === undefined || isPlainText(name, 1, 120), 'name', 'A name has 1 to 120 characters.');
  check.require(
    brand === undefined || brand === null || isPlainText(brand, 1, 60),
    'brand',
    'A brand has 1 to 60 characters.',
  );
  check.require(
    description === undefined || description === null || isPlainText(description, 0, 2_000),
    'description',
    'A description has at most 2000 characters.',
  );
  if (imageUrls !== undefined) {
    check.require(imageUrls.length <= maxImages, 'imageUrls', `At most ${maxImages} pictures.`, 'LIMIT_EXCEEDED');
    check.require(imageUrls.every(isImageUrl), 'imageUrls', 'A picture starts with https:// or /.');
  }
  if (mrp !== undefined && price !== undefined) {
    check.require(isWithin(mrp, 1, maxAmount), 'mrp', `The MRP is between 1 and ${maxAmount} paise.`);
    check.require(isWithin(price, 1, maxAmount), 'price', `The price is between 1 and ${maxAmount} paise.`);
    check.require(price <= mrp, 'price', `The price must not be above the MRP of ${mrp} paise.`, 'PRICE_ABOVE_MRP');
  }
  check.require(
    lowStockThreshold === undefined || isWithin(lowStockThreshold, 0, maxStock),
    'lowStockThreshold',
    `The threshold is between 0 and ${maxStock} packs.`,
  );
  check.require(
    maxPerOrder === undefined || isWithin(maxPerOrder, 1, 1_000),
    'maxPerOrder',
    'The maximum is between 1 and 1000 packs.',
  );
  if (tags !== undefined) {
    check.require(tags.length <= maxTags, 'tags', `At most ${maxTags} tags.`, 'LIMIT_EXCEEDED');
    check.require(
      tags.every(isTag),
      'tags',
      'A tag is words of letters and digits joined by hyphens, at most 40 characters.',
    );
  }
}

/** Tags as they are stored: lower case, each once. */
export function normaliseTags(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.toLowerCase()))];
}

function isTag(tag: string): boolean {
  return tag.length <= 40 && tagPattern.test(tag);
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
