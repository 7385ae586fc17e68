import { dateTimeScalar } from '@swiftcart/graphql';
import { deliveryTypes } from './resolvers/delivery-types.ts';
import { mutations } from './resolvers/mutations.ts';
import { queries } from './resolvers/queries.ts';
import { subscriptions } from './resolvers/subscriptions.ts';

/** Mirrors schema.graphql. Root fields check the caller's role themselves: the directives are the gateway's business. */
export const resolvers = {
  DateTime: dateTimeScalar,
  Query: queries,
  Mutation: mutations,
  Subscription: subscriptions,
  ...deliveryTypes,
};
