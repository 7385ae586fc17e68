import { describe, expect, it } from 'vitest';
import { computeBill, freeDeliveryShortfall } from './bill.ts';
import { couponOf } from './coupon.test-data.ts';

const fees = { minimumOrderMinor: 0, freeDeliveryFromMinor: 19_900, deliveryFeeMinor: 2_500, handlingFeeMinor: 400 };
const line = (unitPrice: number, quantity: number, mrp = unitPrice) => ({
  categoryId: 'cat_1',
  unitPrice,
  mrp,
  quantity,
});

describe('the bill', () => {
  it.each([
    { name: 'one paisa below free delivery', lines: [line(19_899, 1)], tip: 0, deliveryFee: 2_500, grandTotal: 22_799 },
    { name: 'at free delivery', lines: [line(9_950, 2)], tip: 0, deliveryFee: 0, grandTotal: 20_300 },
    { name: 'with a tip', lines: [line(100, 3)], tip: 5_000, deliveryFee: 2_500, grandTotal: 8_200 },
  ])('charges $name', ({ lines, tip, deliveryFee, grandTotal }) => {
    expect(computeBill(lines, null, tip, fees)).toMatchObject({ deliveryFee, grandTotal, tip, handlingFee: 400 });
  });

  it('judges free delivery before the coupon, so that a coupon never adds a fee', () => {
    const bill = computeBill([line(20_000, 1)], couponOf({ kind: 'FLAT', value: 5_000 }), 0, fees);
    expect(bill).toMatchObject({ deliveryFee: 0, couponDiscount: 5_000, grandTotal: 15_400 });
  });

  it('shows what is saved against the printed price and by the coupon', () => {
    const bill = computeBill([line(900, 2, 1_000)], couponOf({ value: 10 }), 0, fees);
    expect(bill).toMatchObject({ itemTotal: 1_800, mrpTotal: 2_000, discount: 200, couponDiscount: 180, savings: 380 });
  });

  it('counts down to free delivery and stops at zero', () => {
    expect([0, 19_899, 19_900, 50_000].map((total) => freeDeliveryShortfall(total, fees))).toEqual([19_900, 1, 0, 0]);
  });
});
