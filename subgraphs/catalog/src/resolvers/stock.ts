import { type Money, money } from '@swiftcart/graphql';
import type { HeldLine } from '../commands/held-lines.ts';
import type { CategoryTree } from '../domain/category-tree.ts';
import { packLabel } from '../domain/pack-size.ts';
import { mainImageUrl } from '../domain/product-images.ts';
import type { ProductView } from '../domain/product-record.ts';
import type { StockMovementRecord } from '../store/stock-movement-model.ts';

/** Fields of the ledger and of what only services see. */
export const stockResolvers = {
  StockMovement: { id: ({ _id }: StockMovementRecord) => _id },
  ReservedLine: {
    unitPrice: ({ unitPrice }: HeldLine): Money => money(unitPrice),
    mrp: ({ mrp }: HeldLine): Money => money(mrp),
  },
};

/** What orders copies of a product into carts and quotes. */
export function productSnapshot(product: ProductView, tree: CategoryTree) {
  return {
    productId: product._id,
    sku: product.sku,
    name: product.name,
    packLabel: packLabel(product.pack),
    imageUrl: mainImageUrl(product),
    categoryId: product.categoryId,
    categoryPath: tree.pathOf(product.categoryId),
    price: money(product.price),
    mrp: money(product.mrp),
    maxPerOrder: product.maxPerOrder,
    isActive: product.isActive,
    availableQuantity: Math.max(0, Math.min(product.stock.available, product.maxPerOrder)),
  };
}
