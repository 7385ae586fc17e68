import { createId } from '@swiftcart/graphql';
import type { PendingMovement, StockMovementKind } from '../domain/stock-record.ts';

/** A ledger line of something an order caused. */
export function orderMovement(kind: StockMovementKind, orderId: string, quantity: number, now: Date): PendingMovement {
  return { id: createId('mov', now), kind, quantity, reason: null, orderId, actorId: null, createdAt: now };
}

/** A ledger line of goods counted in or out; `actorId` is null for the seed. */
export function countMovement(quantity: number, reason: string, actorId: string | null, now: Date): PendingMovement {
  return { id: createId('mov', now), kind: 'ADJUST', quantity, reason, orderId: null, actorId, createdAt: now };
}
