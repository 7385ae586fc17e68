/** One limit: its key in the options, its environment variable with the unit in its name, and why it is there. */
interface LimitDefinition<Key extends string> {
  readonly key: Key;
  readonly env: string;
  readonly default: number;
  readonly min: number;
  readonly why: string;
}

const limit = <Key extends string>(
  key: Key,
  env: string,
  value: number,
  why: string,
  min = 1,
): LimitDefinition<Key> => ({
  key,
  env,
  default: value,
  min,
  why,
});

/** Every limit of the gateway, in the order in which a request meets them. */
export const gatewayLimits = [
  limit(
    'maxConcurrentRequests',
    'MAX_CONCURRENT_REQUESTS',
    500,
    'beyond it, answering 503 at once beats answering all too late',
  ),
  limit('maxBodyBytes', 'MAX_BODY_BYTES', 100_000, 'a body is held in memory before it is understood'),
  limit('maxTokens', 'MAX_TOKENS', 1_000, 'parsing costs by token, before anything else can refuse'),
  limit('maxValidationErrors', 'MAX_VALIDATION_ERRORS', 5, 'error texts must not outgrow the request'),
  limit('maxDepth', 'MAX_DEPTH', 12, 'nesting multiplies list sizes'),
  limit('maxAliases', 'MAX_ALIASES', 30, 'one field under many names is many fields; __typename counts too'),
  limit('maxRootFields', 'MAX_ROOT_FIELDS', 20, 'each root field of a query is a request of its own'),
  limit('maxRootMutations', 'MAX_ROOT_MUTATIONS', 10, 'each root field of a mutation changes something'),
  limit('maxDirectives', 'MAX_DIRECTIVES', 50, 'directives cost planning time and select nothing'),
  limit('maxFields', 'MAX_FIELDS', 5_000, 'repeated fragments expand far beyond their text'),
  limit('maxCost', 'MAX_COST', 20_000, 'what the operation may make subgraphs do at most'),
  limit('requestDeadlineMs', 'REQUEST_DEADLINE_MS', 15_000, 'no client waits longer'),
  limit(
    'subgraphDeadlineMs',
    'SUBGRAPH_DEADLINE_MS',
    5_000,
    'one slow subgraph must not hold the answers of the others',
  ),
  limit(
    'subgraphMutationDeadlineMs',
    'SUBGRAPH_MUTATION_DEADLINE_MS',
    10_000,
    'a mutation given up leaves its outcome unknown',
  ),
  limit(
    'subgraphConnectTimeoutMs',
    'SUBGRAPH_CONNECT_TIMEOUT_MS',
    2_000,
    'a host that is gone should be known to be gone soon',
  ),
  limit('subgraphMaxResponseBytes', 'SUBGRAPH_MAX_RESPONSE_BYTES', 10_000_000, 'an answer is held in memory'),
  limit('subgraphMaxConnections', 'SUBGRAPH_MAX_CONNECTIONS', 128, 'sockets to one subgraph'),
  limit('subgraphRetries', 'SUBGRAPH_RETRIES', 2, 'attempts after the first, for queries alone', 0),
  limit('breakerFailures', 'SUBGRAPH_BREAKER_FAILURES', 10, 'failures in a row after which a subgraph is given a rest'),
  limit('breakerOpenMs', 'SUBGRAPH_BREAKER_OPEN_MS', 2_000, 'how long that rest is before one call probes'),
  limit('socketMaxMessageBytes', 'SOCKET_MAX_MESSAGE_BYTES', 100_000, 'the body limit, for sockets'),
  limit('socketMaxOperations', 'SOCKET_MAX_OPERATIONS', 50, 'operations running on one socket'),
  limit(
    'socketMaxPerAddress',
    'SOCKET_MAX_PER_ADDRESS',
    2_000,
    'sockets from one address; carriers put many users behind one',
  ),
  limit('socketMaxPerUser', 'SOCKET_MAX_PER_USER', 50, 'sockets of one user'),
  limit('streamQueueMessages', 'STREAM_QUEUE_MESSAGES', 128, 'messages waiting for one slow consumer'),
  limit(
    'streamQueueGraceMs',
    'STREAM_QUEUE_GRACE_MS',
    10_000,
    'how long a consumer may stay over its queue before it is closed',
  ),
  limit(
    'upstreamPingMs',
    'UPSTREAM_PING_MS',
    10_000,
    'how soon a subgraph that is silent under live streams is noticed (half as long again)',
  ),
  limit(
    'upstreamRetryMs',
    'UPSTREAM_RETRY_MS',
    30_000,
    'how long a lost upstream stream is tried again before it ends',
  ),
  limit('drainTimeoutMs', 'DRAIN_TIMEOUT_MS', 10_000, 'how long running requests may take to finish at shutdown'),
] as const;

type LimitKey = (typeof gatewayLimits)[number]['key'];

/** The value of every limit, by its key. */
export type Limits = Readonly<Record<LimitKey, number>>;

/** The given values over the defaults. */
export function withDefaultLimits(overrides: Partial<Limits> = {}): Limits {
  const defaults = Object.fromEntries(gatewayLimits.map(({ key, default: value }) => [key, value])) as Limits;
  return { ...defaults, ...overrides };
}
