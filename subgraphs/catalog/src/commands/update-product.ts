import type { CatalogContext } from '../context.ts';
import { refusal } from '../domain/catalog-refusal.ts';
import { deriveDetails } from '../domain/product-details.ts';
import { checkProductChange, normaliseTags, type ProductFields } from '../domain/product-input.ts';
import type { ProductRecord, ProductView } from '../domain/product-record.ts';
import { becomesLow } from '../domain/stock-decisions.ts';
import type { ProductChange } from '../store/product-store.ts';
import type { ProductOutcome } from './create-product.ts';
import { lowStockEvent } from './low-stock-event.ts';

/** What to change of a product; undefined stays. Amounts in paise. */
export interface ProductPatch extends ProductFields {
  categoryId?: string | undefined;
  isActive?: boolean | undefined;
}

/**
 * Changes a product as one write of exactly the version that the change was checked against. When somebody else was faster:
 * VERSION_CONFLICT for a caller that named a version, otherwise it is checked again against the new one.
 */
export async function updateProduct(
  context: CatalogContext,
  id: string,
  patch: ProductPatch,
  expectedVersion?: number,
): Promise<ProductOutcome> {
  const { app, loaders } = context;
  for (;;) {
    const product = await loaders.product.clear(id).load(id);
    if (product === null) {
      return {
        product: null,
        userErrors: [refusal('NOT_FOUND', 'There is no such product.', { field: ['id'], productId: id })],
      };
    }
    if (expectedVersion !== undefined && product.version !== expectedVersion) return conflict(product);
    const refusals = checkProductChange(patch, product);
    if (patch.categoryId !== undefined && (await loaders.category.load(patch.categoryId)) === null) {
      refusals.push(refusal('NOT_FOUND', 'There is no such category.', { field: ['input', 'categoryId'] }));
    }
    if (refusals.length > 0) return { product: null, userErrors: refusals };

    const change = changeOf(context, product, patch);
    const changed = await app.store.products.update(id, product.version, change);
    if (changed !== null) {
      if (change.event !== undefined) app.eventsWritten();
      loaders.clear();
      return { product: changed, userErrors: [] };
    }
  }
}

/** Takes a product off the shelf; an archived one stays as it is. */
export async function archiveProduct(context: CatalogContext, id: string): Promise<ProductOutcome> {
  const product = await context.loaders.product.clear(id).load(id);
  if (product !== null && !product.isActive) return { product, userErrors: [] };
  return updateProduct(context, id, { isActive: false });
}

function conflict(product: ProductView): ProductOutcome {
  const message = `Somebody changed this product; it is at version ${product.version} now.`;
  return {
    product,
    userErrors: [refusal('VERSION_CONFLICT', message, { field: ['expectedVersion'], productId: product._id })],
  };
}

function changeOf(context: CatalogContext, product: ProductView, patch: ProductPatch): ProductChange {
  const described = {
    sku: product.sku,
    name: patch.name?.trim() ?? product.name,
    brand: patch.brand === undefined ? product.brand : (patch.brand?.trim() ?? null),
    tags: patch.tags === undefined ? product.tags : normaliseTags(patch.tags),
    mrp: patch.mrp ?? product.mrp,
    price: patch.price ?? product.price,
  };
  const threshold = patch.lowStockThreshold ?? product.lowStockThreshold;
  const set: Partial<ProductRecord> = {
    ...described,
    ...deriveDetails(described),
    description: patch.description === undefined ? product.description : patch.description?.trim() || null,
    categoryId: patch.categoryId ?? product.categoryId,
    imageUrls: patch.imageUrls === undefined ? product.imageUrls : [...patch.imageUrls],
    maxPerOrder: patch.maxPerOrder ?? product.maxPerOrder,
    lowStockThreshold: threshold,
    isActive: patch.isActive ?? product.isActive,
    updatedAt: context.app.now(),
  };
  if (threshold === product.lowStockThreshold) return { set, overThresholdBy: 0 };
  // Whether a new threshold makes the product low depends on its stock, which the version does not cover.
  const { available, overThreshold } = product.stock;
  const overThresholdBy = product.lowStockThreshold - threshold;
  const isCrossing = becomesLow(overThreshold, overThreshold + overThresholdBy);
  return {
    set,
    overThresholdBy,
    expectedAvailable: available,
    ...(isCrossing ? { event: lowStockEvent(context, { ...product, ...described }, { available, threshold }) } : {}),
  };
}
