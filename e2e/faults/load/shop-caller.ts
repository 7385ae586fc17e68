import type { History, Operation, Outcome } from '../history.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are read by the shape of the operation beside them.
type Answer = any;

/** One client of the gateway whose every mutation is written into the history. */
export interface ShopCaller {
  readonly actor: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sends a mutation of one root field; `keep` picks from its payload what the checks need. */
  mutate(
    kind: string,
    query: string,
    variables: Record<string, unknown>,
    keep: (payload: Answer) => Record<string, unknown>,
  ): Promise<Operation>;
  /** Sends a query; undefined when it was not answered in full. */
  read(query: string, variables?: Record<string, unknown>): Promise<Answer | undefined>;
}

/** Codes with which the gateway or a subgraph refuses before anything runs; every other top-level error proves nothing. */
const definiteCodes = new Set([
  ...['BAD_USER_INPUT', 'UNAUTHENTICATED', 'FORBIDDEN', 'TOKEN_EXPIRED', 'RATE_LIMITED', 'OVERLOADED'],
  ...['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_TOO_LARGE', 'OPERATION_TOO_COSTLY'],
]);
/** Refusals that say "not decided yet". */
const undecidedCodes = new Set(['IDEMPOTENCY_IN_PROGRESS']);
const timeoutMs = 20_000;
/** What a process answers before it is up; it has not looked at the request. */
const startingText = 'Starting.';

export function createShopCaller(options: {
  actor: string;
  url: string;
  headers: Record<string, string>;
  history: History;
}): ShopCaller {
  const { actor, url, headers, history } = options;
  const post = async (query: string, variables: Record<string, unknown>): Promise<Answer> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return response.json();
  };
  return {
    actor,
    headers,
    async mutate(kind, query, variables, keep) {
      const invokedAt = Date.now();
      const end = (outcome: Outcome, code: string | null, answer: Record<string, unknown> = {}) =>
        history.record({ actor, kind, input: variables, invokedAt, outcome, code, answer });
      let reply: Answer;
      try {
        reply = await post(query, variables);
      } catch (error) {
        const { code } = ((error as Error).cause ?? {}) as { code?: string };
        // Nobody listened, so nothing was sent.
        return end(code === 'ECONNREFUSED' ? 'failed' : 'unknown', code ?? (error as Error).name);
      }
      if (reply?.error === startingText) return end('failed', 'STARTING');
      const payload = Object.values((reply?.data ?? {}) as Record<string, Answer>)[0];
      if (!payload) {
        const code = String(reply?.errors?.[0]?.extensions?.code ?? 'NO_ANSWER');
        return end(definiteCodes.has(code) ? 'failed' : 'unknown', code);
      }
      const refusal = payload.userErrors?.[0];
      if (!refusal) return end('ok', null, keep(payload));
      const detail = { refusal, ...keep(payload) };
      return end(undecidedCodes.has(refusal.code) ? 'unknown' : 'failed', refusal.code, detail);
    },
    async read(query, variables = {}) {
      try {
        const reply = await post(query, variables);
        return reply?.errors ? undefined : (reply?.data ?? undefined);
      } catch {
        return undefined;
      }
    },
  };
}
