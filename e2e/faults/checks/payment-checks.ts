import { type Check, checkEach, groupBy, sum } from './evidence.ts';

/** In the provider's own books at most one payment per order was captured, and the order's books say the same amount. */
export const capturedOnce: Check = ({ orders, payments }) => {
  const byOrder = groupBy(payments, ({ orderId }) => orderId);
  return checkEach('at most one capture per order', orders, ({ _id, payment }) => {
    const captured = (byOrder.get(_id) ?? []).filter(({ state }) => state === 'captured');
    const found: string[] = [];
    if (captured.length > 1) found.push(`order ${_id} was charged ${captured.length} times`);
    const taken = sum(captured.map(({ amount }) => amount));
    // Cash is collected at the door and never in the provider's books.
    const booked = payment.method === 'COD' && captured.length === 0 ? taken : payment.capturedAmount;
    if (taken !== booked)
      found.push(`order ${_id}: the provider took ${taken}, the order says ${payment.capturedAmount}`);
    if (payment.capturedAmount > 0 && payment.capturedAmount !== payment.amount) {
      found.push(`order ${_id}: ${payment.capturedAmount} captured of ${payment.amount}`);
    }
    return found;
  });
};

/** Refunds never exceed the capture, none is pending, the provider's books agree, and a cancelled order gave all back. */
export const refundsMatch: Check = ({ orders, payments }) => {
  const byOrder = groupBy(payments, ({ orderId }) => orderId);
  return checkEach('refunds equal captures on cancel', orders, ({ _id, status, payment }) => {
    const found: string[] = [];
    const settled = payment.refunds.filter((refund) => refund.status === 'SETTLED');
    const given = sum(settled.map(({ amount }) => amount));
    if (payment.refunds.some((refund) => refund.status === 'PENDING')) found.push(`order ${_id} has a pending refund`);
    if (given > payment.capturedAmount) found.push(`order ${_id}: ${given} given back of ${payment.capturedAmount}`);
    const isOver = status === 'CANCELLED' || status === 'EXPIRED';
    if (isOver && given !== payment.capturedAmount) {
      found.push(`order ${_id} is ${status}: ${given} given back of ${payment.capturedAmount} captured`);
    }
    const books = byOrder.get(_id) ?? [];
    const paidBack = sum(books.map(({ refundedAmount }) => refundedAmount));
    if (books.some(({ state }) => state === 'captured') && paidBack !== given) {
      found.push(`order ${_id}: the provider gave ${paidBack} back, the order says ${given}`);
    }
    for (const book of books) {
      const keys = new Set(book.refunds.map(({ key }) => key));
      if (keys.size !== book.refunds.length) found.push(`payment ${book._id} gave a refund twice`);
    }
    if (isOver && books.some(({ state }) => ['created', 'needsCustomer', 'authorized'].includes(state))) {
      found.push(`order ${_id} is ${status} and its money is still held`);
    }
    return found;
  });
};

/** An order whose goods are sold for anything but cash has its money: captured, or authorised until the handover. */
export const soldIsPaid: Check = ({ orders, payments }) => {
  const byOrder = groupBy(payments, ({ orderId }) => orderId);
  const sold = orders.filter(
    ({ status, payment }) => /^(CONFIRMED|COMPLETED)$/.test(status) && payment.method !== 'COD',
  );
  return checkEach('what is sold is paid', sold, ({ _id, status }) => {
    const allowed = status === 'COMPLETED' ? ['captured'] : ['captured', 'authorized'];
    const isPaid = (byOrder.get(_id) ?? []).some(({ state }) => allowed.includes(state));
    return isPaid ? [] : [`order ${_id} is ${status} and was not paid`];
  });
};

const paying = new Set(['placeOrder', 'retryPayment', 'confirmPayment']);

/**
 * PENDING_PAYMENT without a refusal says that it is the customer's turn, so the provider has asked for him: one test card does,
 * and once he has confirmed there it asks no more. Told so of a charge that is merely unknown, he would order the same again.
 */
export const turnsAreTheCustomers: Check = ({ payments, operations }) => {
  const byReference = new Map(payments.map((payment) => [payment._id, payment]));
  const told = operations.filter(
    ({ kind, outcome, answer }) =>
      paying.has(kind) && outcome === 'ok' && answer['status'] === 'PENDING_PAYMENT' && Boolean(answer['orderId']),
  );
  return checkEach('nobody is told to pay who was not asked to', told, ({ id, kind, answer }) => {
    const { orderId, reference } = answer as { orderId: string; reference: string | null };
    const payment = byReference.get(reference ?? '');
    const isAsked = kind !== 'confirmPayment' && payment?.orderId === orderId && payment.token === 'sim_confirm';
    return isAsked ? [] : [`${kind} ${id}: order ${orderId} was told to wait for its customer, whom nobody asked`];
  });
};
