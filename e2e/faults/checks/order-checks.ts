import { inputOf, type Operation } from '../history.ts';
import { type Check, checkEach, groupBy, type StoredOrder } from './evidence.ts';

/** A key of a customer names one order. */
export const oneOrderPerKey: Check = ({ orders }) =>
  checkEach(
    'one order per customer and key',
    groupBy(orders, ({ customerId, idempotencyKey }) => `${customerId} ${idempotencyKey}`),
    ([key, group]) => (group.length > 1 ? [`${key}: orders ${group.map(({ _id }) => _id).join(', ')}`] : []),
  );

/** Every order that a client was told of exists, belongs to him, carries his key, and repeats were answered with the same one. */
export const acknowledgedOrdersExist: Check = ({ orders, operations }) => {
  const byId = new Map(orders.map((order) => [order._id, order]));
  const answered = operations.filter(({ kind, answer }) => kind === 'placeOrder' && Boolean(answer['orderId']));
  const answers = groupBy(answered, keyOf);
  return checkEach('an acknowledged order is never lost', answers, ([key, group]) => {
    const ids = new Set(group.map(({ answer }) => String(answer['orderId'])));
    const found = ids.size > 1 ? [`${key} was answered with ${[...ids].join(' and ')}`] : [];
    for (const id of ids) {
      const order = byId.get(id);
      if (order === undefined) found.push(`order ${id} of ${key} was acknowledged and is gone`);
      else if (!order.isVisible) found.push(`order ${id} of ${key} was acknowledged and is hidden`);
      else if (`${order.customerId} ${order.idempotencyKey}` !== key)
        found.push(`order ${id} does not belong to ${key}`);
    }
    return found;
  });
};

/** Refusals that the order's document keeps, so that a request still on its way cannot bring another answer. */
const keptRefusals = new Set(['OUT_OF_STOCK', 'INSUFFICIENT_STOCK', 'PRICE_CHANGED', 'PRODUCT_UNAVAILABLE']);

/**
 * A key whose last answer was a definite refusal has no order that anybody sees. Where the refusal is not kept, a request
 * of the same key that was never answered may still have come through: such keys prove nothing and are left out.
 */
export const refusedOrdersHaveNoEffect: Check = ({ orders, operations }) => {
  const byKey = groupBy(orders, (order) => `${order.customerId} ${order.idempotencyKey}`);
  const placings = groupBy(
    operations.filter(({ kind }) => kind === 'placeOrder'),
    keyOf,
  );
  const refused = [...placings].filter(([, group]) => {
    const last = group.at(-1);
    if (last?.outcome !== 'failed' || last.answer['orderId']) return false;
    return keptRefusals.has(last.code ?? '') || group.every(({ outcome }) => outcome === 'failed');
  });
  return checkEach('a refused order has no effect', refused, ([key, group]) =>
    (byKey.get(key) ?? [])
      .filter((order) => order.isVisible || order.payment.capturedAmount > 0)
      .map((order) => `${key} was refused with ${group.at(-1)?.code}, and order ${order._id} is ${order.status}`),
  );
};

/** `CANCELLED` was told: it is. A refused cancellation of the customer's only try left the order alone. */
export const cancellationsAreKept: Check = ({ orders, operations }) => {
  const byId = new Map(orders.map((order) => [order._id, order]));
  const cancels = groupBy(
    operations.filter(({ kind }) => kind === 'cancelOrder'),
    ({ input }) => String(input['orderId']),
  );
  return checkEach('a cancellation told is a cancellation done', cancels, ([id, group]) => {
    const order = byId.get(id);
    if (order === undefined) return [`order ${id} was to be cancelled and is gone`];
    const wasTold = group.some(({ outcome, answer }) => outcome === 'ok' && answer['status'] === 'CANCELLED');
    if (wasTold && order.status !== 'CANCELLED') return [`order ${id} was told cancelled and is ${order.status}`];
    const isRefused = group.every(({ outcome, code }) => outcome === 'failed' && code === 'NOT_CANCELLABLE');
    if (isRefused && order.status === 'CANCELLED' && order.cancellation?.cancelledBy === 'CUSTOMER') {
      return [`order ${id}: the customer was refused, and it was cancelled in his name`];
    }
    return [];
  });
};

const legalAfter: Readonly<Record<string, readonly string[]>> = {
  PLACED: ['STOCK_RESERVED'],
  STOCK_RESERVED: ['PAYMENT_AUTHORIZED', 'PAYMENT_CAPTURED', 'PAYMENT_FAILED', 'CONFIRMED', 'CANCELLED', 'EXPIRED'],
  PAYMENT_FAILED: ['PAYMENT_AUTHORIZED', 'PAYMENT_CAPTURED', 'PAYMENT_FAILED', 'CONFIRMED', 'CANCELLED', 'EXPIRED'],
  PAYMENT_AUTHORIZED: ['CONFIRMED'],
};

/** The commercial history of an order counts from 1 without gaps, takes legal first steps, ends once, and nothing is left to do. */
export const ordersCameToRest: Check = ({ orders }) =>
  checkEach('every order came to rest, its history gapless', orders, (order) => {
    const found: string[] = [];
    const { _id, events, saga } = order;
    if (events.some(({ sequence }, index) => sequence !== index + 1)) found.push(`order ${_id}: its history has gaps`);
    events.forEach(({ kind }, index) => {
      const next = events[index + 1]?.kind;
      if (next && legalAfter[kind] && !legalAfter[kind].includes(next))
        found.push(`order ${_id}: ${next} after ${kind}`);
    });
    for (const once of ['PLACED', 'CANCELLED', 'EXPIRED', 'COMPLETED', 'PAYMENT_CAPTURED']) {
      if (events.filter(({ kind }) => kind === once).length > 1) found.push(`order ${_id}: ${once} twice`);
    }
    if (!isStillAllowedToWait(order))
      found.push(`order ${_id} (${order.status}) still has to do: ${saga.todo.join(', ')}`);
    return found;
  });

/** The second release of a reservation that was cut off waits for 45 seconds by design; it holds nothing. */
export const isStillAllowedToWait = ({ saga }: Pick<StoredOrder, 'saga'>): boolean =>
  saga.todo.every((effect) => effect === 'releaseStockAgain');

/** A refund that was acknowledged exists once; one that was definitely refused does not exist. */
export const refundsAsAnswered: Check = ({ orders, operations }) => {
  const byId = new Map(orders.map((order) => [order._id, order]));
  const asked = groupBy(
    operations.filter(({ kind }) => kind === 'refundOrder'),
    (operation) => inputOf(operation).idempotencyKey,
  );
  return checkEach('refunds are as they were answered', asked, ([key, group]) => {
    const orderId = inputOf(group[0]).orderId;
    const refunds = byId.get(orderId)?.payment.refunds.filter(({ idempotencyKey }) => idempotencyKey === key) ?? [];
    const isAcknowledged = group.some(({ outcome }) => outcome === 'ok');
    const isRefused = group.every(({ outcome, code }) => outcome === 'failed' && code !== 'PAYMENT_DECLINED');
    if (isAcknowledged && refunds.length !== 1)
      return [`refund ${key} of ${orderId} was acknowledged, found ${refunds.length}`];
    if (isRefused && refunds.length > 0) return [`refund ${key} of ${orderId} was refused and exists`];
    return refunds.length > 1 ? [`refund ${key} of ${orderId} exists ${refunds.length} times`] : [];
  });
};

const keyOf = (operation: Operation): string => `${operation.input['customerId']} ${inputOf(operation).idempotencyKey}`;
