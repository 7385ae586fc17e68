import { dateTimeScalar } from '@swiftcart/graphql';
import { cartMutations, cartQueries, cartTypes } from './resolvers/cart-resolvers.ts';
import { couponMutations, couponQueries, couponTypes } from './resolvers/coupon-resolvers.ts';
import { orderMutations, orderQueries, orderTypes } from './resolvers/order-resolvers.ts';
import { parkedEventMutations, parkedEventQueries, parkedEventTypes } from './resolvers/parked-event-resolvers.ts';

/** The schema's shape: each field reads a loader or calls one command. */
export const resolvers = {
  DateTime: dateTimeScalar,
  Query: { ...cartQueries, ...orderQueries, ...couponQueries, ...parkedEventQueries },
  Mutation: { ...cartMutations, ...orderMutations, ...couponMutations, ...parkedEventMutations },
  ...cartTypes,
  ...orderTypes,
  ...couponTypes,
  ...parkedEventTypes,
};
