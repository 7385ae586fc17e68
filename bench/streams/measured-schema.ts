/**
 * Two subgraphs in the shape of the shop's status stream: one sends the events, the other knows what each is joined
 * with. `client` changes no answer; subscriptions that differ in it cannot be shared.
 */
export const statusTypeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])
  type Query { status: Int }
  type Subscription { statusChanged(orderId: ID!, afterSequence: Int, client: Int): StatusEvent! @authenticated }
  type StatusEvent { sequence: Int! status: Status! "Microseconds of the machine's monotonic clock." sentAtUs: Float! order: Order }
  enum Status { PLACED PACKED OUT_FOR_DELIVERY DELIVERED CANCELLED }
  type Order @key(fields: "id") { id: ID! }`;

export const ordersTypeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { orders: Int }
  type Order @key(fields: "id") { id: ID! number: String! total: Money }
  type Money { amountMinor: Int! currency: String! }`;

/** What every client asks for. */
export const measuredSubscription = `subscription Track($orderId: ID!, $client: Int) {
  statusChanged(orderId: $orderId, client: $client) { sequence status sentAtUs order { id number total { amountMinor currency } } }
}`;

/** One clock for all processes of the machine. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
