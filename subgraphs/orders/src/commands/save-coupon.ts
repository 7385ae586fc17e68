import { type Coupon, type CouponInput, checkCouponInput, normaliseCouponCode } from '../domain/coupon.ts';
import { type Refusal, refusal } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';

export interface CouponResult {
  readonly coupon: Coupon | null;
  readonly refusals: readonly Refusal[];
}

type CouponContext = Pick<ProcessContext, 'store' | 'now'>;

/** Makes a coupon; its code is unique. */
export async function createCoupon(context: CouponContext, input: CouponInput): Promise<CouponResult> {
  const checked = checkCouponInput(input);
  if (!checked.ok) return { coupon: null, refusals: [checked.refusal] };
  const { code, terms } = checked.value;
  const coupon: Coupon = { _id: code, ...terms, usedCount: 0, claims: [], revision: 0, createdAt: context.now() };
  if (await context.store.coupons.insert(coupon)) return { coupon, refusals: [] };
  return { coupon: null, refusals: [refusal('INVALID', `The code ${code} is taken.`, { field: ['input', 'code'] })] };
}

/** Replaces a coupon's terms. Uses made so far stay and count against new limits; the code cannot change. */
export async function updateCoupon(context: CouponContext, code: string, input: CouponInput): Promise<CouponResult> {
  const checked = checkCouponInput(input);
  if (!checked.ok) return { coupon: null, refusals: [checked.refusal] };
  if (checked.value.code !== normaliseCouponCode(code)) {
    const reason = refusal('INVALID', 'The code of a coupon cannot change.', { field: ['input', 'code'] });
    return { coupon: null, refusals: [reason] };
  }
  const coupon = await context.store.coupons.setTerms(checked.value.code, checked.value.terms);
  return coupon
    ? { coupon, refusals: [] }
    : { coupon, refusals: [refusal('NOT_FOUND', 'No such coupon.', { field: ['code'] })] };
}
