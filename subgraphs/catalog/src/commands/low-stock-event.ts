import { type DomainEvent, newEvent } from '@swiftcart/events';
import { createId } from '@swiftcart/graphql';
import type { CatalogContext } from '../context.ts';
import type { ProductView } from '../domain/product-record.ts';

/** `stock.low`: a product has come down to its threshold. `available` and `threshold` are those after the change; each crossing has an id of its own. */
export function lowStockEvent(
  { app, correlationId }: CatalogContext,
  { _id, sku, name }: Pick<ProductView, '_id' | 'sku' | 'name'>,
  { available, threshold }: { available: number; threshold: number },
): DomainEvent {
  const now = app.now();
  return newEvent({
    topic: 'catalog',
    kind: 'stock.low',
    key: _id,
    correlationId,
    payload: { productId: _id, sku, name, available, threshold, crossingId: createId('low', now) },
    now,
  });
}
