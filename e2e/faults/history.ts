/**
 * `ok`: acknowledged. `failed`: definitely refused, so it must have had no effect. `unknown`: no answer, or one that
 * proves nothing; it may have had its effect, may still have it, or never.
 */
export type Outcome = 'ok' | 'failed' | 'unknown';

/** One call of one client, as the client saw it. */
export interface Operation {
  readonly id: number;
  readonly actor: string;
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly invokedAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
  /** Why it failed or is unknown; null when ok. */
  readonly code: string | null;
  /** What the client keeps of the answer. */
  readonly answer: Readonly<Record<string, unknown>>;
}

/** Everything the clients of one run did, in the order in which it ended. */
export interface History {
  readonly operations: readonly Operation[];
  record(operation: Omit<Operation, 'id' | 'endedAt'>): Operation;
}

export function createHistory(now: () => number): History {
  const operations: Operation[] = [];
  return {
    operations,
    record(operation) {
      const whole = { ...operation, id: operations.length + 1, endedAt: now() };
      operations.push(whole);
      return whole;
    },
  };
}

/** The `input` argument of an operation that has one, as far as checks read it. */
export function inputOf(operation: Operation | undefined): {
  readonly idempotencyKey: string;
  readonly orderId: string;
  readonly rows?: readonly { readonly productId: string }[];
} {
  return (operation?.input['input'] ?? {}) as ReturnType<typeof inputOf>;
}
