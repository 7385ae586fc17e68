import type { LinkFault } from '../cluster/fault-proxy.ts';
import type { Random } from '../random.ts';

/** One thing to do wrong, for how long, and how long to leave everything alone before it. Milliseconds. */
export type PlannedFault = {
  readonly pauseMs: number;
  readonly durationMs: number;
  readonly target: string;
} & (
  | { readonly kind: 'kill' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'link'; readonly fault: LinkFault; readonly held: 'late' | 'reset' }
);

/** How a fault is counted in reports. */
export const faultName = (fault: PlannedFault): string =>
  fault.kind === 'kill'
    ? `kill -9 ${fault.target}`
    : fault.kind === 'stop'
      ? `SIGSTOP ${fault.target}`
      : `${fault.fault.kind}${fault.fault.kind === 'blackhole' ? ` (${fault.held})` : ''} on a link`;

/** Faults of processes, without end; each next one depends on the seed alone. */
export function* processFaults(random: Random, processes: readonly string[]): Generator<PlannedFault, never> {
  for (;;) {
    const pauseMs = random.between(300, 1_800);
    const target = random.pick(processes);
    if (random.chance(0.6)) yield { kind: 'kill', target, pauseMs, durationMs: random.between(50, 1_500) };
    else yield { kind: 'stop', target, pauseMs, durationMs: random.between(200, 6_500) };
  }
}

/** Faults of links, without end. */
export function* linkFaults(random: Random, links: readonly string[]): Generator<PlannedFault, never> {
  for (;;) {
    const fault = drawLinkFault(random);
    const durationMs = fault.kind === 'blackhole' ? random.between(300, 7_000) : random.between(200, 2_500);
    const held = random.chance(0.5) ? 'late' : 'reset';
    yield { kind: 'link', fault, held, target: random.pick(links), durationMs, pauseMs: random.between(200, 1_200) };
  }
}

function drawLinkFault(random: Random): LinkFault {
  const kind = random.pick(['delay', 'cut', 'blackhole', 'loseReply', 'loseReply'] as const);
  return kind === 'delay' ? { kind, ms: random.between(20, 900) } : { kind };
}
