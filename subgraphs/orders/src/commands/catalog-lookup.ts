import type { ProductSnapshot } from '../domain/cart.ts';
import { accept, type Decision, refusal, refuse } from '../domain/refusal.ts';
import type { CartContext } from './cart-access.ts';

/** The catalogue's word on some products by id, or the refusal CATALOG_UNAVAILABLE. Unknown products are missing. */
export async function lookUpProducts(
  context: CartContext,
  productIds: readonly string[],
  correlationId: string,
): Promise<Decision<ReadonlyMap<string, ProductSnapshot>>> {
  const ids = [...new Set(productIds)];
  try {
    const found = await context.catalog.productSnapshots(ids, { correlationId });
    const known = found.filter((snapshot) => snapshot !== null);
    return accept(new Map(known.map((snapshot) => [snapshot.productId, snapshot])));
  } catch (error) {
    context.logger.warn({ err: error, correlationId }, 'catalogue not reached');
    return refuse(refusal('CATALOG_UNAVAILABLE', 'The catalogue cannot be reached right now; nothing was changed.'));
  }
}
