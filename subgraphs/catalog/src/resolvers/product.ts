import { type Money, money } from '@swiftcart/graphql';
import { hasRole } from '@swiftcart/identity';
import type { CatalogContext } from '../context.ts';
import { availabilityOf } from '../domain/availability.ts';
import { type Pack, packLabel, unitPriceOf } from '../domain/pack-size.ts';
import { productImages } from '../domain/product-images.ts';
import type { ProductView } from '../domain/product-record.ts';

type Reference = { id: string };

/** Fields of Product and of what hangs on it. */
export const productResolvers = {
  Product: {
    __resolveReference: ({ id }: Reference, { loaders }: CatalogContext) => loaders.product.load(id),
    id: ({ _id }: ProductView) => _id,
    category: ({ categoryId }: ProductView, _: unknown, { loaders }: CatalogContext) =>
      loaders.category.load(categoryId),
    images: (product: ProductView) => productImages(product),
    mrp: ({ mrp }: ProductView) => money(mrp),
    price: ({ price }: ProductView) => money(price),
    unitPrice: ({ price, pack }: ProductView) => unitPrice(price, pack),
    availability: ({ stock, lowStockThreshold }: ProductView) => availabilityOf(stock.available, lowStockThreshold),
    stock: (product: ProductView, _: unknown, { viewer }: CatalogContext) =>
      hasRole(viewer, 'OPERATOR') ? stockLevel(product) : null,
    version: ({ version }: ProductView, _: unknown, { viewer }: CatalogContext) =>
      hasRole(viewer, 'OPERATOR') ? version : null,
  },
  PackSize: { label: (pack: Pack) => packLabel(pack) },
};

function unitPrice(price: number, pack: Pack): { price: Money; per: Pack } | null {
  const found = unitPriceOf(price, pack);
  return found === undefined ? null : { price: money(found.price), per: found.per };
}

function stockLevel({ stock: { available, reserved }, lowStockThreshold }: ProductView) {
  return { onHand: available + reserved, reserved, available, lowStockThreshold };
}
