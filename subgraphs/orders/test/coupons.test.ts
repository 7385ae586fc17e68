import { type customer, operator } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelMutation, cartFields, retryMutation } from './operations.ts';
import { type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
beforeAll(async () => {
  shop = await startOrders();
});
afterAll(() => shop[Symbol.asyncDispose]());

type Viewer = ReturnType<typeof customer>;
const codes = (reply: { userErrors: { code: string }[] }) => reply.userErrors.map(({ code }) => code);

async function save(field: 'create' | 'update', input: Record<string, unknown>) {
  const call = field === 'create' ? 'createCoupon(input: $input)' : 'updateCoupon(code: $code, input: $input)';
  const head = field === 'create' ? '($input: CouponInput!)' : '($code: String!, $input: CouponInput!)';
  const reply = await shop.as(operator())<{
    saved: { coupon: Record<string, unknown> | null; userErrors: { code: string }[] };
  }>(
    `mutation ${head} { saved: ${call} { coupon { code kind value minSubtotal maxDiscount categoryIds startsAt endsAt maxUses maxUsesPerUser usedCount isActive } userErrors { code field } } }`,
    { input, code: input['code'] },
  );
  if (!reply.data) throw new Error(JSON.stringify(reply.errors));
  return reply.data.saved;
}
const create = (code: string, terms: Record<string, unknown> = {}) =>
  save('create', { code, kind: 'PERCENT', value: 10, ...terms });
const apply = (viewer: Viewer, code: string) =>
  shop.mutate(viewer, `mutation ($c: String!) { applyCoupon(code: $c) { ${cartFields} } }`, { c: code });
const usedCount = async (code: string) => {
  const reply = await shop.as(operator())<{ coupons: { nodes: { code: string; usedCount: number }[] } }>(
    '{ coupons(activeOnly: false, first: 100) { nodes { code usedCount } } }',
  );
  return reply.data?.coupons.nodes.find((node) => node.code === code)?.usedCount;
};

describe('coupons', () => {
  it('are made, changed and listed by operators', async () => {
    expect(await create(' welcome-10 ', { maxDiscount: 700, minSubtotal: 100 })).toMatchObject({
      coupon: { code: 'WELCOME-10', usedCount: 0, isActive: true, maxDiscount: 700 },
      userErrors: [],
    });
    expect(codes(await create('WELCOME-10'))).toEqual(['INVALID']);
    expect((await save('update', { code: 'welcome-10', kind: 'FLAT', value: 900 })).coupon).toMatchObject({
      value: 900,
      maxDiscount: null,
    });
    expect(codes(await save('update', { code: 'NOWHERE', kind: 'FLAT', value: 900 }))).toEqual(['NOT_FOUND']);
    for (const bad of [{ value: 0 }, { value: 101 }, { maxUses: 0 }, { minSubtotal: -1 }]) {
      expect(codes(await create('BAD', bad))).toEqual(['INVALID']);
    }
    await create('SLEEPING', { isActive: false });
    const list = await shop.as(operator())<{ coupons: { nodes: { code: string }[] } }>(
      '{ coupons { nodes { code } edges { cursor } pageInfo { hasNextPage } } }',
    );
    expect(list.data?.coupons.nodes.map(({ code }) => code)).toEqual(['WELCOME-10']);
  });

  it('take off what quote says, to the paisa, and are counted when the order is placed', async () => {
    shop.addProduct('prd_odd', { price: 3_333, mrp: 4_000 });
    const viewer = await shop.shopper('usr_coupon', 'prd_odd', 3);
    await create('ODD7', { value: 7 });
    expect(codes(await apply(viewer, 'odd7'))).toEqual([]);
    const quoted = await shop.quote(viewer);
    expect(quoted?.['couponDiscount']?.amount).toBe(Math.floor((9_999 * 7) / 100));
    const { order } = await shop.place(viewer);
    expect(order?.bill['grandTotal']?.amount).toBe(quoted?.['grandTotal']?.amount);
    expect(await usedCount('ODD7')).toBe(1);
    await shop.mutate(viewer, cancelMutation, { id: order?.id });
    expect(await usedCount('ODD7')).toBe(0);
  });

  it.each([
    ['UNKNOWN', null, 'COUPON_INVALID'],
    ['OFF', { isActive: false }, 'COUPON_INVALID'],
    ['FUTURE', { startsAt: '2999-01-01T00:00:00Z' }, 'COUPON_INVALID'],
    ['PAST', { endsAt: '2001-01-01T00:00:00Z' }, 'COUPON_EXPIRED'],
    ['MINIMUM', { minSubtotal: 5_001 }, 'COUPON_INVALID'],
    ['CATEGORY', { categoryIds: ['cat_other'] }, 'COUPON_INVALID'],
    ['LIMITS', { categoryIds: ['cat_1'], minSubtotal: 5_000, maxUses: 1, maxUsesPerUser: 1 }, null],
  ])('%s can be applied only when it could be used', async (code, terms, expected) => {
    if (terms) await create(code, terms);
    const viewer = await shop.shopper(`usr_apply_${code}`);
    expect(codes(await apply(viewer, code))).toEqual(expected ? [expected] : []);
  });

  it('are refused at checkout when they ended after they were applied, and show as an issue', async () => {
    await create('ENDING');
    const viewer = await shop.shopper('usr_ending');
    await apply(viewer, 'ENDING');
    await save('update', { code: 'ENDING', kind: 'PERCENT', value: 10, endsAt: '2001-01-01T00:00:00Z' });
    const read = await shop.as(viewer)<{ cart: { issues: { code: string }[] } }>('{ cart { issues { code } } }');
    expect(read.data?.cart.issues).toEqual([{ code: 'COUPON_NOT_APPLICABLE' }]);
    expect(codes(await shop.place(viewer))).toEqual(['COUPON_EXPIRED']);
    await shop.mutate(viewer, `mutation { removeCoupon { ${cartFields} } }`);
    expect(codes(await shop.place(viewer))).toEqual([]);
  });

  it('keep their total limit when fifty customers use the last five at once', async () => {
    await create('RACE', { maxUses: 5 });
    const viewers = await Promise.all(Array.from({ length: 50 }, (_, index) => shop.shopper(`usr_race_${index}`)));
    for (const viewer of viewers) await apply(viewer, 'RACE');
    const placed = await Promise.all(viewers.map((viewer) => shop.place(viewer, { expectedGrandTotal: 7_400 })));
    expect(placed.filter(({ order }) => order?.status === 'CONFIRMED')).toHaveLength(5);
    expect(new Set(placed.flatMap(codes))).toEqual(new Set(['COUPON_LIMIT_REACHED']));
    expect(await usedCount('RACE')).toBe(5);
  });

  it('keep their limit per customer', async () => {
    await create('ONCE', { maxUsesPerUser: 1 });
    const viewer = await shop.shopper('usr_once');
    await apply(viewer, 'ONCE');
    expect(codes(await shop.place(viewer))).toEqual([]);
    await shop.shopper('usr_once');
    expect(codes(await apply(viewer, 'ONCE'))).toEqual(['COUPON_LIMIT_REACHED']);
  });

  it('go back after a decline and are claimed again by the retry, if they are still to be had', async () => {
    await create('LAST', { maxUses: 1 });
    const first = await shop.shopper('usr_first');
    const second = await shop.shopper('usr_second');
    for (const viewer of [first, second]) await apply(viewer, 'LAST');
    const input = { expectedGrandTotal: 7_400, paymentMethod: 'CARD', paymentToken: 'sim_decline' };
    const declined = await shop.place(first, input);
    expect(await usedCount('LAST')).toBe(0);
    const taken = await shop.place(second, input);
    const paid = await shop.mutate(second, retryMutation, { id: taken.order?.id, m: 'COD', t: null, k: 'k' });
    expect(paid.order?.status).toBe('CONFIRMED');
    const lost = await shop.mutate(first, retryMutation, { id: declined.order?.id, m: 'COD', t: null, k: 'k' });
    expect(lost).toMatchObject({ order: { status: 'PAYMENT_FAILED' }, userErrors: [{ code: 'COUPON_LIMIT_REACHED' }] });
    expect(await usedCount('LAST')).toBe(1);
  });
});
