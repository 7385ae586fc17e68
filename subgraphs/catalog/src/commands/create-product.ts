import { createId } from '@swiftcart/graphql';
import type { CatalogContext } from '../context.ts';
import { type CatalogRefusal, refusal } from '../domain/catalog-refusal.ts';
import { type Pack, packLabel } from '../domain/pack-size.ts';
import { deriveDetails } from '../domain/product-details.ts';
import { checkNewProduct, normaliseTags } from '../domain/product-input.ts';
import type { ProductRecord, ProductView } from '../domain/product-record.ts';
import { slugify } from '../domain/slug.ts';
import { countMovement } from './stock-movement.ts';

/** A product to add. Amounts in paise. */
export interface NewProduct {
  sku: string;
  slug?: string | undefined;
  name: string;
  brand: string | null;
  description: string | null;
  categoryId: string;
  imageUrls: readonly string[];
  pack: Pack;
  mrp: number;
  price: number;
  stock: number;
  lowStockThreshold?: number | undefined;
  maxPerOrder?: number | undefined;
  tags: readonly string[];
}

/** What a change of a product answers. */
export interface ProductOutcome {
  product: ProductView | null;
  userErrors: CatalogRefusal[];
}

/** Adds a product with its opening stock. The unique indexes judge SKU and slug, so two operators cannot both have one. */
export async function createProduct(
  context: CatalogContext,
  input: NewProduct,
  actorId: string,
): Promise<ProductOutcome> {
  const { app, loaders } = context;
  const refusals = checkNewProduct(input);
  if ((await loaders.category.load(input.categoryId)) === null) {
    refusals.push(refusal('NOT_FOUND', 'There is no such category.', { field: ['input', 'categoryId'] }));
  }
  if (refusals.length > 0) return { product: null, userErrors: refusals };

  const record = newRecord(context, input, actorId);
  const made = slugify(input.name, packLabel(input.pack));
  const slugs = input.slug === undefined ? slugChoices(made, record.sku) : [input.slug];
  for (const slug of slugs) {
    const taken = await app.store.products.insert({ ...record, slug });
    if (taken === undefined) {
      app.ledger.wake();
      loaders.clear();
      return { product: await loaders.product.load(record._id), userErrors: [] };
    }
    if (taken === 'SKU_TAKEN') {
      return {
        product: null,
        userErrors: [refusal('SKU_TAKEN', 'Another product has this SKU.', { field: ['input', 'sku'] })],
      };
    }
  }
  return {
    product: null,
    userErrors: [refusal('SLUG_TAKEN', 'Another product has this slug.', { field: ['input', 'slug'] })],
  };
}

/** The SKU is unique, so that with it a made slug nearly always is too. */
function slugChoices(made: string, sku: string): string[] {
  const withSku = slugify(made.slice(0, 60), sku);
  return made === '' ? [withSku] : [made, withSku];
}

function newRecord({ app }: CatalogContext, input: NewProduct, actorId: string): ProductRecord {
  const now = app.now();
  const { stock, mrp, price, categoryId, pack } = input;
  const lowStockThreshold = input.lowStockThreshold ?? app.config.defaultLowStockThreshold;
  const described = {
    sku: input.sku.toUpperCase(),
    name: input.name.trim(),
    brand: input.brand?.trim() ?? null,
    tags: normaliseTags(input.tags),
    mrp,
    price,
  };
  return {
    _id: createId('prd', now),
    slug: '',
    description: input.description?.trim() || null,
    categoryId,
    imageUrls: [...input.imageUrls],
    pack,
    isActive: true,
    maxPerOrder: input.maxPerOrder ?? app.config.defaultMaxPerOrder,
    lowStockThreshold,
    version: 1,
    createdAt: now,
    updatedAt: now,
    stock: {
      available: stock,
      reserved: 0,
      sold: 0,
      initial: stock,
      restocked: 0,
      overThreshold: stock - lowStockThreshold,
    },
    holds: [],
    movements: stock === 0 ? [] : [countMovement(stock, 'Opening stock', actorId, now)],
    adjustments: [],
    ...described,
    ...deriveDetails(described),
  };
}
