/** Counts of one product in packs. Always: available + reserved + sold = initial + restocked. */
export interface StockCounts {
  available: number;
  reserved: number;
  sold: number;
  initial: number;
  /** Sum of all later adjustments, positive and negative. */
  restocked: number;
  /** available - lowStockThreshold, kept beside them by the same increments, so that an index finds what is low. */
  overThreshold: number;
}

/** What one order has of one product. HELD may become COMMITTED or ENDED, COMMITTED only ENDED; an entry never comes back. */
export type Hold = LiveHold | EndedHold;

/** Stock that is reserved (HELD) or sold (COMMITTED) to an order, with the price it was promised. */
export interface LiveHold {
  orderId: string;
  quantity: number;
  state: 'HELD' | 'COMMITTED';
  /** Only while HELD: from then on the catalogue asks whether the order still wants it. */
  expiresAt?: Date;
  name: string;
  price: number;
  mrp: number;
}

/** Stays for a while, so that a late duplicate of the order's reservation finds it and holds nothing. */
export interface EndedHold {
  orderId: string;
  quantity: number;
  state: 'ENDED';
  endedAt: Date;
}

export type StockMovementKind = 'ADJUST' | 'RESERVE' | 'COMMIT' | 'RELEASE' | 'EXPIRE' | 'RETURN';

/** A line of the stock ledger, written with the change itself and moved to the ledger's own collection later. */
export interface PendingMovement {
  id: string;
  kind: StockMovementKind;
  /** Signed for ADJUST. */
  quantity: number;
  reason: string | null;
  orderId: string | null;
  actorId: string | null;
  createdAt: Date;
}

/** Why one line of a reservation was refused; kept for an hour, because a repeat must get the same answer. */
export interface LineRefusal {
  productId: string;
  code: 'NOT_FOUND' | 'INSUFFICIENT_STOCK' | 'LIMIT_EXCEEDED' | 'INVALID';
  /** What there is, or may be ordered; null where no number helps. */
  availableQuantity: number | null;
}
