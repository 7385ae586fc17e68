import { accept, type Decision, type Refusal, refusal, refuse } from './refusal.ts';

export type CouponKind = 'PERCENT' | 'FLAT';

/** One use of a coupon by one order. */
export interface CouponClaim {
  readonly orderId: string;
  readonly customerId: string;
}

/** `value` is a percentage for PERCENT and minor units for FLAT; every limit is null when there is none. */
export interface Coupon {
  readonly _id: string;
  readonly kind: CouponKind;
  readonly value: number;
  readonly minSubtotal: number | null;
  readonly maxDiscount: number | null;
  readonly categoryIds: readonly string[] | null;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly maxUses: number | null;
  readonly maxUsesPerUser: number | null;
  readonly usedCount: number;
  readonly isActive: boolean;
  readonly claims: readonly CouponClaim[];
  readonly revision: number;
  readonly createdAt: Date;
}

export interface CouponLine {
  readonly categoryId: string;
  readonly unitPrice: number;
  readonly quantity: number;
}

const sumOf = (lines: readonly CouponLine[]): number =>
  lines.reduce((sum, line) => sum + line.unitPrice * line.quantity, 0);

const eligibleLines = (coupon: Coupon, lines: readonly CouponLine[]): readonly CouponLine[] =>
  coupon.categoryIds?.length ? lines.filter((line) => coupon.categoryIds?.includes(line.categoryId)) : lines;

/** What the coupon takes off, in minor units: never more than the eligible lines cost, rounded down to the paisa. */
export function couponDiscount(coupon: Coupon, lines: readonly CouponLine[]): number {
  const eligible = sumOf(eligibleLines(coupon, lines));
  const raw = coupon.kind === 'PERCENT' ? Math.floor((eligible * coupon.value) / 100) : coupon.value;
  return Math.min(raw, eligible, coupon.maxDiscount ?? raw);
}

/** Null when the coupon may be used now by this customer for these lines; else the reason. Guests have no per-user count. */
export function couponRefusal(
  coupon: Coupon | null,
  use: { customerId: string | null; lines: readonly CouponLine[]; now: Date; orderId?: string },
): Refusal | null {
  if (!coupon?.isActive) return refusal('COUPON_INVALID', 'This coupon is not valid.');
  if (coupon.startsAt && use.now < coupon.startsAt) return refusal('COUPON_INVALID', 'This coupon is not valid yet.');
  if (coupon.endsAt && use.now >= coupon.endsAt) return refusal('COUPON_EXPIRED', 'This coupon has expired.');
  const limit = couponLimitRefusal(coupon, use.customerId, use.orderId);
  if (limit) return limit;
  const subtotal = sumOf(use.lines);
  if (coupon.minSubtotal !== null && subtotal < coupon.minSubtotal) {
    const missing = ((coupon.minSubtotal - subtotal) / 100).toFixed(2);
    return refusal('COUPON_INVALID', `Add items for ₹${missing} more to use this coupon.`);
  }
  if (use.lines.length > 0 && eligibleLines(coupon, use.lines).length === 0) {
    return refusal('COUPON_INVALID', 'No item in the cart qualifies for this coupon.');
  }
  return null;
}

function couponLimitRefusal(coupon: Coupon, customerId: string | null, orderId?: string): Refusal | null {
  // An order that holds its claim already is not stopped by its own use.
  if (orderId && coupon.claims.some((claim) => claim.orderId === orderId)) return null;
  if (coupon.maxUses !== null && coupon.usedCount >= coupon.maxUses) {
    return refusal('COUPON_LIMIT_REACHED', 'This coupon has been used up.');
  }
  const own = customerId ? coupon.claims.filter((claim) => claim.customerId === customerId).length : 0;
  if (coupon.maxUsesPerUser !== null && own >= coupon.maxUsesPerUser) {
    return refusal('COUPON_LIMIT_REACHED', `You have used this coupon ${own} of ${coupon.maxUsesPerUser} times.`);
  }
  return null;
}

/** What an operator may write; the same rules for creating and changing. */
export interface CouponInput {
  readonly code: string;
  readonly kind: CouponKind;
  readonly value: number;
  readonly minSubtotal?: number | null;
  readonly maxDiscount?: number | null;
  readonly categoryIds?: readonly string[] | null;
  readonly startsAt?: Date | null;
  readonly endsAt?: Date | null;
  readonly maxUses?: number | null;
  readonly maxUsesPerUser?: number | null;
  readonly isActive?: boolean | null;
}

export type CouponTerms = Omit<Coupon, '_id' | 'usedCount' | 'claims' | 'revision' | 'createdAt'>;

/** Codes are compared without regard to case and surrounding spaces. */
export const normaliseCouponCode = (code: string): string => code.trim().toUpperCase();

export function checkCouponInput(input: CouponInput): Decision<{ code: string; terms: CouponTerms }> {
  const code = normaliseCouponCode(input.code);
  const invalid = (field: string, message: string): Decision<never> =>
    refuse(refusal('INVALID', message, { field: ['input', field] }));
  if (!/^[A-Z0-9][A-Z0-9_-]{2,31}$/.test(code)) {
    return invalid('code', 'A code has 3 to 32 letters, digits, dashes or underscores.');
  }
  if (input.value < 1) return invalid('value', 'The value must be at least 1.');
  if (input.kind === 'PERCENT' && input.value > 100) return invalid('value', 'A percentage is at most 100.');
  for (const field of ['minSubtotal', 'maxDiscount'] as const) {
    if ((input[field] ?? 0) < 0) return invalid(field, 'An amount cannot be negative.');
  }
  for (const field of ['maxUses', 'maxUsesPerUser'] as const) {
    if ((input[field] ?? 1) < 1) return invalid(field, 'A limit is at least 1; leave it out for none.');
  }
  if ((input.categoryIds?.length ?? 0) > 100) return invalid('categoryIds', 'At most 100 categories.');
  if (input.startsAt && input.endsAt && input.startsAt >= input.endsAt) {
    return invalid('endsAt', 'The end must be after the start.');
  }
  return accept({
    code,
    terms: {
      kind: input.kind,
      value: input.value,
      minSubtotal: input.minSubtotal ?? null,
      maxDiscount: input.maxDiscount ?? null,
      categoryIds: input.categoryIds?.length ? [...input.categoryIds] : null,
      startsAt: input.startsAt ?? null,
      endsAt: input.endsAt ?? null,
      maxUses: input.maxUses ?? null,
      maxUsesPerUser: input.maxUsesPerUser ?? null,
      isActive: input.isActive ?? true,
    },
  });
}
