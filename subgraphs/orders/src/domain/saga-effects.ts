/**
 * Everything an order may still have to do outside its own document, by name. The list of open effects is stored in
 * the order before the first of them runs, so whoever finds the order after a crash knows what is left.
 * Each effect may be repeated: its key elsewhere derives from the order id.
 */
export const sagaEffects = [
  'reserveStock',
  'claimCoupon',
  'chargePayment',
  'settlePayment',
  'commitStock',
  'clearCart',
  'judgeCancellation',
  'voidPayment',
  'settleRefunds',
  'releaseCoupon',
  'releaseStock',
  'collectPayment',
  'settleStock',
] as const;

export type SagaEffect = (typeof sagaEffects)[number];

/** Nothing after one of these may start before it has ended; all others are independent of each other. */
const gates: readonly SagaEffect[] = [
  'reserveStock',
  'claimCoupon',
  'chargePayment',
  'settlePayment',
  'judgeCancellation',
];

/** Placing and paying have no final answer while one of these is open: each may still end in more than one way. */
const deciding: readonly SagaEffect[] = ['reserveStock', 'claimCoupon', 'chargePayment', 'settlePayment', 'clearCart'];

/** The next effect to try, passing over those that failed in this run. Null when none can run now. */
export function nextEffect(todo: readonly SagaEffect[], failed: ReadonlySet<SagaEffect>): SagaEffect | null {
  for (const effect of todo) {
    if (!failed.has(effect)) return effect;
    if (gates.includes(effect)) return null;
  }
  return null;
}

export function isUndecided(todo: readonly SagaEffect[]): boolean {
  return todo.some((effect) => deciding.includes(effect));
}

/** The list without the first occurrence of what has just ended. */
export function without(todo: readonly SagaEffect[], ended: SagaEffect): readonly SagaEffect[] {
  const at = todo.indexOf(ended);
  return at < 0 ? todo : [...todo.slice(0, at), ...todo.slice(at + 1)];
}

/** Milliseconds until a failed effect is tried again: doubling from half a second, at most 8 s. */
export function retryDelayMs(attempts: number): number {
  return Math.min(8_000, 500 * 2 ** Math.min(attempts, 10));
}
