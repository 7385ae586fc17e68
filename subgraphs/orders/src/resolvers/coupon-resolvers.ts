import { connection, encodeCursor, type PageArguments, pageArgs, requireRole } from '@swiftcart/graphql';
import { type CouponResult, createCoupon, updateCoupon } from '../commands/save-coupon.ts';
import type { RequestContext } from '../context.ts';
import type { Coupon, CouponInput } from '../domain/coupon.ts';
import { readCursor } from '../queries/order-pages.ts';
import { asUserError } from './payloads.ts';

type Context = RequestContext;

const payload = ({ coupon, refusals }: CouponResult) => ({ coupon, userErrors: refusals.map(asUserError) });

export const couponQueries = {
  coupons: async (_: unknown, args: PageArguments & { activeOnly?: boolean | null }, context: Context) => {
    requireRole(context.viewer, 'OPERATOR');
    const { limit, after } = pageArgs(args, { defaultFirst: 50 });
    const activeAt = (args.activeOnly ?? true) ? context.process.now() : null;
    const rows = await context.process.store.coupons.page(activeAt, readCursor(after), limit + 1);
    return connection(rows, limit, (coupon) => encodeCursor([coupon._id]), after !== undefined);
  },
};

export const couponMutations = {
  createCoupon: async (_: unknown, { input }: { input: CouponInput }, context: Context) => {
    requireRole(context.viewer, 'OPERATOR');
    return payload(await createCoupon(context.process, input));
  },
  updateCoupon: async (_: unknown, { code, input }: { code: string; input: CouponInput }, context: Context) => {
    requireRole(context.viewer, 'OPERATOR');
    return payload(await updateCoupon(context.process, code, input));
  },
};

export const couponTypes = {
  Coupon: { code: (coupon: Coupon) => coupon._id },
};
