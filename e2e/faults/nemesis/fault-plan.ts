import type { HeldBytes, LinkFault } from '../cluster/fault-proxy.ts';
import type { Random } from '../random.ts';

/** One thing to do wrong, for how long, and how long to leave everything alone before it. Milliseconds. */
export type PlannedFault = {
  readonly pauseMs: number;
  readonly durationMs: number;
  readonly target: string;
} & (
  | { readonly kind: 'kill' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'link'; readonly fault: LinkFault; readonly held: HeldBytes }
);

/** How a fault is counted in reports. */
export const faultName = (fault: PlannedFault): string =>
  fault.kind === 'kill'
    ? `kill -9 ${fault.target}`
    : fault.kind === 'stop'
      ? `SIGSTOP ${fault.target}`
      : `${fault.fault.kind}${fault.fault.kind === 'blackhole' ? ` (${fault.held})` : ''} on a link`;

/** How often a store fails while a service does. */
const doubleShare = 0.2;

/**
 * Faults of processes, without end; each next one depends on the seed alone. Mostly one at a time; now and then one of the
 * stores (database, Redis) fails together with a service.
 */
export function* processFaults(
  random: Random,
  { services, stores }: { services: readonly string[]; stores: readonly string[] },
): Generator<readonly [PlannedFault, ...PlannedFault[]], never> {
  for (;;) {
    // Long enough for the shop to get to work again: a fault that meets nothing under way proves nothing.
    const pauseMs = random.between(1_000, 5_000);
    if (random.chance(doubleShare)) {
      const store = drawProcessFault(random, random.pick(stores), pauseMs);
      yield [drawProcessFault(random, random.pick(services), pauseMs), store];
    } else yield [drawProcessFault(random, random.pick([...services, ...stores]), pauseMs)];
  }
}

function drawProcessFault(random: Random, target: string, pauseMs: number): PlannedFault {
  if (random.chance(0.6)) return { kind: 'kill', target, pauseMs, durationMs: random.between(50, 1_500) };
  return { kind: 'stop', target, pauseMs, durationMs: random.between(200, 6_500) };
}

/** Faults of links, without end. */
export function* linkFaults(random: Random, links: readonly string[]): Generator<readonly [PlannedFault], never> {
  for (;;) {
    const fault = drawLinkFault(random);
    const durationMs = fault.kind === 'blackhole' ? random.between(300, 7_000) : random.between(200, 2_500);
    const held = random.pick(['late', 'reset', 'lost'] as const);
    const target = random.pick(links);
    yield [{ kind: 'link', fault, held, target, durationMs, pauseMs: random.between(400, 2_000) }];
  }
}

function drawLinkFault(random: Random): LinkFault {
  const kind = random.pick(['delay', 'cut', 'blackhole', 'loseReply', 'loseReply'] as const);
  return kind === 'delay' ? { kind, ms: random.between(20, 900) } : { kind };
}
