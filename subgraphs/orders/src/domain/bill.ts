import { type Coupon, couponDiscount } from './coupon.ts';

/** The shop's fees, all in minor units (paise). */
export interface Fees {
  readonly minimumOrderMinor: number;
  /** From this item total on, delivery costs nothing. */
  readonly freeDeliveryFromMinor: number;
  readonly deliveryFeeMinor: number;
  readonly handlingFeeMinor: number;
}

/** Amounts in minor units; `grandTotal` is what is charged. */
export interface Bill {
  readonly itemTotal: number;
  readonly mrpTotal: number;
  readonly discount: number;
  readonly couponDiscount: number;
  readonly deliveryFee: number;
  readonly handlingFee: number;
  readonly tip: number;
  readonly grandTotal: number;
  readonly savings: number;
}

export interface PricedLine {
  readonly categoryId: string;
  readonly unitPrice: number;
  readonly mrp: number;
  readonly quantity: number;
}

/** Largest amount the contract's 32-bit Int can carry. */
export const MAX_AMOUNT_MINOR = 2_147_483_647;

/**
 * The one place where a checkout is added up: `quote` and `placeOrder` both call it, so they cannot differ.
 * Delivery is free by the item total before the coupon, so that applying a coupon never adds a fee.
 */
export function computeBill(lines: readonly PricedLine[], coupon: Coupon | null, tip: number, fees: Fees): Bill {
  const itemTotal = lines.reduce((sum, line) => sum + line.unitPrice * line.quantity, 0);
  const mrpTotal = lines.reduce((sum, line) => sum + line.mrp * line.quantity, 0);
  const discount = Math.max(0, mrpTotal - itemTotal);
  const couponPart = coupon ? couponDiscount(coupon, lines) : 0;
  const deliveryFee = itemTotal >= fees.freeDeliveryFromMinor ? 0 : fees.deliveryFeeMinor;
  const grandTotal = itemTotal - couponPart + deliveryFee + fees.handlingFeeMinor + tip;
  return {
    itemTotal,
    mrpTotal,
    discount,
    couponDiscount: couponPart,
    deliveryFee,
    handlingFee: fees.handlingFeeMinor,
    tip,
    grandTotal,
    savings: discount + couponPart,
  };
}

/** Minor units still missing for free delivery; zero once reached. */
export function freeDeliveryShortfall(itemTotal: number, fees: Fees): number {
  return Math.max(0, fees.freeDeliveryFromMinor - itemTotal);
}
