import { type Check, checkEach, isSold, isUnpaid, type StoredOrder, sum } from './evidence.ts';

/** available + reserved + sold = initial + restocked in every product document, nothing below zero, and restocked as counted. */
export const stockAddsUp: Check = ({ products }) =>
  checkEach('stock adds up in every product', products, ({ _id, stock, adjustments = [] }) => {
    const { available, reserved, sold, initial, restocked } = stock;
    const found: string[] = [];
    if (available + reserved + sold !== initial + restocked) {
      found.push(`product ${_id}: ${available} + ${reserved} + ${sold} is not ${initial} + ${restocked}`);
    }
    if (Math.min(available, reserved, sold) < 0) found.push(`product ${_id}: a count is below zero`);
    const counted = sum(adjustments.map(({ delta }) => delta));
    if (counted !== restocked)
      found.push(`product ${_id}: restocked ${restocked}, but the counts add up to ${counted}`);
    return found;
  });

/** Per product: what orders say is sold or reserved is what the shelf says, and never more than there was. */
export const nothingIsSoldTwice: Check = ({ products, orders }) =>
  checkEach('nothing is sold twice', products, ({ _id, stock }) => {
    const ordered = (which: (order: StoredOrder) => boolean) =>
      sum(
        orders
          .filter(which)
          .flatMap(({ items }) => items)
          .filter(({ productId }) => productId === _id)
          .map(({ quantity }) => quantity),
      );
    const [sold, reserved] = [ordered(isSold), ordered(isUnpaid)];
    const found: string[] = [];
    if (sold + reserved > stock.initial + stock.restocked) {
      found.push(`product ${_id}: ${sold + reserved} ordered of ${stock.initial + stock.restocked}`);
    }
    if (sold !== stock.sold) found.push(`product ${_id}: orders sold ${sold}, the shelf says ${stock.sold}`);
    if (reserved !== stock.reserved) {
      found.push(`product ${_id}: orders reserve ${reserved}, the shelf says ${stock.reserved}`);
    }
    return found;
  });

/** Every entry on a shelf fits what became of its order, exists once, and has the order's quantity. */
export const holdsFitTheirOrders: Check = ({ products, orders }) => {
  const byId = new Map(orders.map((order) => [order._id, order]));
  const entries = products.flatMap(({ _id, holds }) => holds.map((hold) => ({ productId: _id, ...hold })));
  const seen = new Set<string>();
  return checkEach('every hold ends as its order did', entries, ({ productId, orderId, quantity, state }) => {
    const found: string[] = [];
    const where = `hold of order ${orderId} on ${productId}`;
    if (seen.has(`${productId} ${orderId}`)) found.push(`${where} exists twice`);
    seen.add(`${productId} ${orderId}`);
    const order = byId.get(orderId);
    if (order === undefined) return [...found, `${where}: there is no such order`];
    const expected = isUnpaid(order) ? 'HELD' : isSold(order) && order.status !== 'COMPLETED' ? 'COMMITTED' : 'ENDED';
    if (state !== expected) {
      found.push(`${where} is ${state}, but the order is ${order.isVisible ? order.status : 'refused'}`);
    }
    const line = order.request.lines.find((each) => each.productId === productId);
    if (line?.quantity !== quantity) found.push(`${where}: ${quantity} held, ${line?.quantity ?? 0} asked for`);
    return found;
  });
};
