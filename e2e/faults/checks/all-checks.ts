import {
  cartsLoseNothing,
  cartVersionsAreOrderedOnce,
  orderedCartsMovedOn,
  racedAdditionsAreKept,
} from './cart-checks.ts';
import * as delivery from './delivery-checks.ts';
import type { Check } from './evidence.ts';
import * as order from './order-checks.ts';
import { capturedOnce, refundsMatch, soldIsPaid, turnsAreTheCustomers } from './payment-checks.ts';
import * as rider from './rider-checks.ts';
import { holdsFitTheirOrders, nothingIsSoldTwice, stockAddsUp } from './stock-checks.ts';

/** Every invariant that a run is held against (architecture, "Data rules"). */
export const allChecks: readonly Check[] = [
  stockAddsUp,
  nothingIsSoldTwice,
  holdsFitTheirOrders,
  order.oneOrderPerKey,
  order.acknowledgedOrdersExist,
  order.refusedOrdersHaveNoEffect,
  order.cancellationsAreKept,
  order.ordersCameToRest,
  order.refundsAsAnswered,
  capturedOnce,
  refundsMatch,
  soldIsPaid,
  turnsAreTheCustomers,
  orderedCartsMovedOn,
  cartVersionsAreOrderedOnce,
  cartsLoseNothing,
  racedAdditionsAreKept,
  delivery.oneDeliveryPerOrder,
  delivery.timelinesAreLegal,
  delivery.movesAsAnswered,
  rider.ridersCarryWhatTheyClaimed,
  rider.codesGuardHandovers,
  rider.riderReportsAsAnswered,
  delivery.subscribersSawEverything,
  delivery.countsAsAnswered,
  delivery.eventsWereHandedOn,
];
