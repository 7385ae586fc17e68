import { requireRole, requireService } from '@swiftcart/graphql';
import { type AdjustStockInput, adjustStock } from '../commands/adjust-stock.ts';
import { commitStock } from '../commands/commit-stock.ts';
import { createProduct } from '../commands/create-product.ts';
import { releaseStock } from '../commands/release-stock.ts';
import { type ReserveStockInput, reserveStock } from '../commands/reserve-stock.ts';
import { createCategory, updateCategory } from '../commands/save-category.ts';
import { settleStock } from '../commands/settle-stock.ts';
import { archiveProduct, updateProduct } from '../commands/update-product.ts';
import type { CatalogContext } from '../context.ts';
import {
  type CategoryInputArguments,
  type CreateProductArguments,
  categoryInput,
  newProduct,
  productPatch,
  type UpdateProductArguments,
} from './product-arguments.ts';

type OfOrder = { orderId: string };

/** Mutation's fields: who may, then the command. */
export const mutationResolvers = {
  createProduct: (_: unknown, { input }: { input: CreateProductArguments }, context: CatalogContext) => {
    const { userId } = requireRole(context.viewer, 'OPERATOR');
    return createProduct(context, newProduct(input), userId);
  },
  updateProduct: (
    _: unknown,
    { id, input, expectedVersion }: { id: string; input: UpdateProductArguments; expectedVersion?: number | null },
    context: CatalogContext,
  ) => {
    requireRole(context.viewer, 'OPERATOR');
    return updateProduct(context, id, productPatch(input), expectedVersion ?? undefined);
  },
  archiveProduct: (_: unknown, { id }: { id: string }, context: CatalogContext) => {
    requireRole(context.viewer, 'OPERATOR');
    return archiveProduct(context, id);
  },
  createCategory: (_: unknown, { input }: { input: CategoryInputArguments }, context: CatalogContext) => {
    requireRole(context.viewer, 'OPERATOR');
    return createCategory(context, categoryInput(input));
  },
  updateCategory: (
    _: unknown,
    { id, input }: { id: string; input: CategoryInputArguments },
    context: CatalogContext,
  ) => {
    requireRole(context.viewer, 'OPERATOR');
    return updateCategory(context, id, categoryInput(input));
  },
  adjustStock: (_: unknown, { input }: { input: AdjustStockInput }, context: CatalogContext) => {
    const { userId } = requireRole(context.viewer, 'OPERATOR');
    return adjustStock(context, input, userId);
  },
  reserveStock: async (_: unknown, input: ReserveStockInput, context: CatalogContext) => {
    requireService(context.viewer, 'orders');
    const answer = await reserveStock(context, input);
    context.app.countReservation(answer.isReserved ? 'held' : 'refused');
    return answer;
  },
  commitStock: (_: unknown, { orderId }: OfOrder, context: CatalogContext) => {
    requireService(context.viewer, 'orders');
    return commitStock(context, orderId);
  },
  releaseStock: (_: unknown, { orderId }: OfOrder, context: CatalogContext) => {
    requireService(context.viewer, 'orders');
    return releaseStock(context, orderId);
  },
  settleStock: (_: unknown, { orderId }: OfOrder, context: CatalogContext) => {
    requireService(context.viewer, 'orders');
    return settleStock(context, orderId);
  },
};
