export { createGraphqlClient, type GraphqlClient, type GraphqlReply } from './graphql-client.ts';
export { createMessageQueue, type MessageQueue } from './message-queue.ts';
export { startDatabase, type TestDatabase } from './start-database.ts';
export { createSubscriptionClient, type QueuedStream, type SubscriptionClient } from './subscription-client.ts';
export {
  admin,
  anonymous,
  customer,
  operator,
  rider,
  service,
  type TestIdentity,
  testIdentity,
} from './test-identity.ts';
