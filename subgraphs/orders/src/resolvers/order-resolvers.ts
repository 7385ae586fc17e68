import { money, type PageArguments, requireRole, requireUser } from '@swiftcart/graphql';
import { hasRole } from '@swiftcart/identity';
import { cancelOrder } from '../commands/cancel-order.ts';
import { confirmPayment } from '../commands/confirm-payment.ts';
import { type PlaceOrderInput, placeOrder } from '../commands/place-order.ts';
import { type RefundOrderInput, refundOrder } from '../commands/refund-order.ts';
import { retryPayment } from '../commands/retry-payment.ts';
import { customerOf, maySee, type RequestContext } from '../context.ts';
import type { Bill } from '../domain/bill.ts';
import type { CancelReason, Order, OrderEvent, OrderItem } from '../domain/order.ts';
import type { PaymentMethod, Refund } from '../domain/payment.ts';
import { type OrderFilter, readOrderPage } from '../queries/order-pages.ts';
import { orderPayload } from './payloads.ts';

type Context = RequestContext;
type PageWithFilter = PageArguments & { filter?: OrderFilter | null };

const isOperator = ({ viewer }: Context): boolean => hasRole(viewer, 'OPERATOR');
const isSelf = (userId: string, { viewer }: Context): boolean => viewer.kind === 'user' && viewer.userId === userId;
const visible = (order: Order | null, context: Context): Order | null => (maySee(order, context) ? order : null);

export const orderQueries = {
  order: async (_: unknown, { id }: { id: string }, context: Context) => {
    requireUser(context.viewer);
    return visible(await context.loaders.orders.load(id), context);
  },
  orderByNumber: async (_: unknown, { number }: { number: string }, context: Context) => {
    requireUser(context.viewer);
    const wanted = number.trim().toUpperCase().slice(0, 64);
    return visible(await context.process.store.orders.findByNumber(wanted), context);
  },
  orders: (_: unknown, args: PageWithFilter, context: Context) => {
    requireRole(context.viewer, 'OPERATOR');
    return readOrderPage(context.process.store.orders, args, 20);
  },
};

export const orderMutations = {
  placeOrder: async (_: unknown, { input }: { input: PlaceOrderInput }, context: Context) =>
    orderPayload(await placeOrder(context.process, customerOf(context), input)),
  confirmPayment: async (
    _: unknown,
    input: { orderId: string; providerReference: string; idempotencyKey: string },
    context: Context,
  ) => orderPayload(await confirmPayment(context.process, customerOf(context).customerId, input)),
  retryPayment: async (
    _: unknown,
    args: { orderId: string; method: PaymentMethod; paymentToken?: string | null; idempotencyKey: string },
    context: Context,
  ) => {
    const input = { ...args, paymentToken: args.paymentToken ?? null };
    return orderPayload(await retryPayment(context.process, customerOf(context).customerId, input));
  },
  cancelOrder: async (
    _: unknown,
    args: { orderId: string; reason: CancelReason; note?: string | null },
    context: Context,
  ) => {
    const caller = { userId: requireUser(context.viewer).userId, isOperator: isOperator(context) };
    return orderPayload(await cancelOrder(context.process, caller, { ...args, note: args.note ?? null }));
  },
  refundOrder: async (_: unknown, { input }: { input: RefundOrderInput }, context: Context) => {
    const { userId } = requireRole(context.viewer, 'OPERATOR');
    return orderPayload(await refundOrder(context.process, userId, input));
  },
};

const billFields = [
  'itemTotal',
  'mrpTotal',
  'discount',
  'couponDiscount',
  'deliveryFee',
  'handlingFee',
  'tip',
  'grandTotal',
  'savings',
] as const satisfies readonly (keyof Bill)[];

export const orderTypes = {
  User: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    cart: ({ id }: { id: string }, _: unknown, context: Context) =>
      isSelf(id, context) ? context.loaders.callerCart() : null,
    orders: ({ id }: { id: string }, { filter, ...page }: PageWithFilter, context: Context) => {
      if (!isSelf(id, context) && !isOperator(context)) return null;
      return readOrderPage(context.process.store.orders, { ...page, filter: { ...filter, customerId: id } }, 10);
    },
  },
  Order: {
    __resolveReference: async ({ id }: { id: string }, context: Context) =>
      visible(await context.loaders.orders.load(id), context),
    id: (order: Order) => order._id,
    customer: (order: Order) => ({ __typename: 'User', id: order.customerId }),
    payment: (order: Order) => order,
    deliveryAddress: (order: Order) => order.address,
  },
  Bill: Object.fromEntries(billFields.map((field) => [field, (bill: Bill) => money(bill[field])])),
  OrderItem: {
    id: (item: OrderItem) => item._id,
    product: (item: OrderItem) => ({ __typename: 'Product', id: item.productId }),
    unitPrice: (item: OrderItem) => money(item.unitPrice),
    mrp: (item: OrderItem) => money(item.mrp),
    lineTotal: (item: OrderItem) => money(item.unitPrice * item.quantity),
  },
  /** Resolved on the order, because who may see a field depends on whose order it is. */
  Payment: {
    id: ({ payment }: Order) => payment._id,
    method: ({ payment }: Order) => payment.method,
    status: ({ payment }: Order) => payment.status,
    amount: ({ payment }: Order) => money(payment.amount),
    providerReference: ({ payment, customerId }: Order, _: unknown, context: Context) =>
      isSelf(customerId, context) || isOperator(context) ? payment.providerReference : null,
    clientSecret: ({ payment, customerId, status }: Order, _: unknown, context: Context) => {
      const isOpen = payment.status === 'PENDING' && status === 'PENDING_PAYMENT';
      return isOpen && isSelf(customerId, context) ? payment.clientSecret : null;
    },
    failureReason: ({ payment }: Order) => payment.failureReason,
    refunds: ({ payment }: Order) => payment.refunds,
  },
  Refund: {
    id: (refund: Refund) => refund._id,
    amount: (refund: Refund) => money(refund.amount),
  },
  OrderEvent: {
    actorId: (event: OrderEvent, _: unknown, context: Context) => (isOperator(context) ? event.actorId : null),
  },
};
