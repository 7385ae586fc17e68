/**
 * How long a service waits for its database, as options of the MongoDB driver. Left to itself the driver waits for ever for
 * an answer on a connection that was lost without a word (a machine that lost its power, a firewall that forgot the flow),
 * and a process that meets one while starting would never be ready.
 */
export const databaseTimeouts = {
  /** Callers have deadlines of a few seconds; the driver's 30 would only hold their sockets. */
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  /** A server that is gone is noticed after this and the connect timeout; one that is back, after this alone. */
  heartbeatFrequencyMS: 5_000,
  /** For one answer. Longer than any query here takes; building an index on a large collection is simply asked for again. */
  socketTimeoutMS: 10_000,
} as const;
