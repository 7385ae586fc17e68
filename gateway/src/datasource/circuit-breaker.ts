/** Keeps calls away from a subgraph that fails, so that its clients get an answer at once and it gets time to recover. */
export interface CircuitBreaker {
  readonly state: CircuitState['phase'];
  /** Whether a call may go out now. In half-open phase one caller at a time gets true. */
  admits(): boolean;
  succeeded(): void;
  failed(): void;
  /** The call ended without a verdict (its client went away): a probe may be sent again. */
  abandoned(): void;
}

export interface CircuitBreakerSettings {
  /** Failures in a row that open the circuit. */
  readonly failuresToOpen: number;
  /** How long it stays open before a probe is let through. */
  readonly openMs: number;
  readonly now?: () => number;
}

type CircuitState =
  | { readonly phase: 'closed'; readonly failures: number }
  | { readonly phase: 'open'; readonly until: number }
  | { readonly phase: 'half-open' };

export function createCircuitBreaker({
  failuresToOpen,
  openMs,
  now = Date.now,
}: CircuitBreakerSettings): CircuitBreaker {
  let state: CircuitState = { phase: 'closed', failures: 0 };
  return {
    get state() {
      return state.phase;
    },
    admits() {
      switch (state.phase) {
        case 'closed':
          return true;
        case 'open':
          if (now() < state.until) return false;
          state = { phase: 'half-open' };
          return true;
        case 'half-open':
          return false;
        default:
          return state satisfies never;
      }
    },
    succeeded() {
      state = { phase: 'closed', failures: 0 };
    },
    failed() {
      // Gateways that opened together must not probe together.
      const open = { phase: 'open', until: now() + openMs * (0.75 + Math.random() / 2) } as const;
      if (state.phase === 'half-open') state = open;
      else if (state.phase === 'closed') {
        const failures = state.failures + 1;
        state = failures >= failuresToOpen ? open : { phase: 'closed', failures };
      }
    },
    abandoned() {
      if (state.phase === 'half-open') state = { phase: 'open', until: now() };
    },
  };
}
