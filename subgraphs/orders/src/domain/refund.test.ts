import { describe, expect, it } from 'vitest';
import { itemOf, orderOf, paymentOf } from './order.test-data.ts';
import { decideRefund, itemRefundAmount } from './refund.ts';

const bill = {
  itemTotal: 9_999,
  mrpTotal: 9_999,
  discount: 0,
  couponDiscount: 700,
  deliveryFee: 2_500,
  handlingFee: 400,
  tip: 0,
  grandTotal: 12_199,
  savings: 700,
};
const order = orderOf({
  status: 'CONFIRMED',
  items: [itemOf('a', 3_333, 3)],
  bill,
  payment: paymentOf({ status: 'CAPTURED', amount: 12_199, capturedAmount: 12_199 }),
});

describe('a refund', () => {
  it('is worth the same piece by piece as at once: shares of the coupon are rounded on the running total', () => {
    const [item] = order.items;
    if (!item) throw new Error('no item');
    const pieces = [0, 1, 2].map((refundedQuantity) => itemRefundAmount(order, { ...item, refundedQuantity }, 1));
    expect(pieces.reduce((sum, piece) => sum + piece, 0)).toBe(itemRefundAmount(order, item, 3));
    expect(itemRefundAmount(order, item, 3)).toBe(9_299);
  });

  it.each([
    { name: 'everything that is left', request: { items: [], amount: null }, expected: 12_199 },
    { name: 'an amount', request: { items: [], amount: 1 }, expected: 1 },
    { name: 'all of the payment', request: { items: [], amount: 12_199 }, expected: 12_199 },
    { name: 'a paisa too much', request: { items: [], amount: 12_200 }, expected: 'REFUND_EXCEEDS_PAYMENT' },
    { name: 'one item', request: { items: [{ orderItemId: 'a', quantity: 1 }], amount: null }, expected: 3_099 },
    {
      name: 'an amount instead of the sum of items',
      request: { items: [{ orderItemId: 'a', quantity: 1 }], amount: 5 },
      expected: 5,
    },
    {
      name: 'more than was bought',
      request: { items: [{ orderItemId: 'a', quantity: 4 }], amount: null },
      expected: 'REFUND_EXCEEDS_PAYMENT',
    },
    {
      name: 'the same item twice beyond what was bought',
      request: {
        items: [
          { orderItemId: 'a', quantity: 2 },
          { orderItemId: 'a', quantity: 2 },
        ],
        amount: null,
      },
      expected: 'REFUND_EXCEEDS_PAYMENT',
    },
    {
      name: 'an unknown item',
      request: { items: [{ orderItemId: 'x', quantity: 1 }], amount: null },
      expected: 'NOT_FOUND',
    },
    { name: 'nothing', request: { items: [], amount: 0 }, expected: 'INVALID' },
  ])('of $name gives $expected', ({ request, expected }) => {
    const decision = decideRefund(order, request);
    expect(decision.ok ? decision.value.amount : decision.refusal.code).toBe(expected);
  });

  it('of money that has not come in is refused', () => {
    const unpaid = { ...order, payment: paymentOf({ method: 'COD' }) };
    expect(decideRefund(unpaid, { items: [], amount: null })).toMatchObject({
      ok: false,
      refusal: { code: 'REFUND_EXCEEDS_PAYMENT' },
    });
  });
});
