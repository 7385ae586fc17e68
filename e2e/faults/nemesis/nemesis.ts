import { setTimeout as sleep } from 'node:timers/promises';
import { serviceNames } from '../cluster/cluster-environment.ts';
import { type Cluster, linkNames, type ProcessName } from '../cluster/start-cluster.ts';
import type { Random } from '../random.ts';
import { faultName, linkFaults, type PlannedFault, processFaults } from './fault-plan.ts';

/** What was done wrong, and how often. */
export interface Nemesis {
  readonly counts: ReadonlyMap<string, number>;
  /** How often two processes failed at once. */
  readonly doubles: number;
  /** Inflicts faults until the given instant, each ended before this resolves. */
  run(until: number): Promise<void>;
}

const restartTimeoutMs = 60_000;
const linkLanes = 2;
/** Where most is at stake is hit twice as often. */
const targets = {
  services: [...serviceNames, 'orders'],
  stores: ['database', 'redis', 'database'],
} as const satisfies Record<string, readonly ProcessName[]>;

/** `say` hears of each fault. One lane of process faults, so that at most two processes are down, and two of link faults, all three at once. */
export function createNemesis(
  cluster: Cluster,
  random: Random,
  say: (line: string) => void = () => undefined,
): Nemesis {
  const counts = new Map<string, number>();
  let doubles = 0;

  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

  async function lane(until: number, planned: Iterator<readonly PlannedFault[], never>): Promise<void> {
    for (;;) {
      const { value: faults } = planned.next();
      const pauseMs = Math.max(...faults.map((fault) => fault.pauseMs));
      if (Date.now() + pauseMs >= until) return;
      await sleep(pauseMs);
      for (const fault of faults) count(faultName(fault));
      if (faults.length > 1) doubles += 1;
      const named = faults.map((fault) =>
        fault.kind === 'link' ? `${faultName(fault)} ${fault.target}` : faultName(fault),
      );
      say(`${named.join(' and ')}: begins`);
      await Promise.all(faults.map((fault) => inflict(cluster, fault)));
      say(`${named.join(' and ')}: is over`);
    }
  }

  return {
    counts,
    get doubles() {
      return doubles;
    },
    async run(until) {
      const lanes = Array.from({ length: linkLanes }, (_lane, index) => {
        // Each lane has its own share of the links: two faults on one link would end each other.
        const links = linkNames.filter((_name, position) => position % linkLanes === index);
        return lane(until, linkFaults(random.fork(`links-${index}`), links));
      });
      await Promise.all([...lanes, lane(until, processFaults(random.fork('processes'), targets))]);
    },
  };
}

async function inflict(cluster: Cluster, fault: PlannedFault): Promise<void> {
  switch (fault.kind) {
    case 'link': {
      const link = cluster.link(fault.target);
      link.inflict(fault.fault);
      await sleep(fault.durationMs);
      return link.heal(fault.held);
    }
    case 'stop': {
      const process = cluster.process(fault.target as ProcessName);
      process.pause();
      await sleep(fault.durationMs);
      return process.resume();
    }
    case 'kill': {
      const process = cluster.process(fault.target as ProcessName);
      await process.kill();
      await sleep(fault.durationMs);
      process.restart();
      // A process whose links are at fault may take long to be ready; the lane goes on and the end waits for it.
      return process.waitUntilReady(restartTimeoutMs).catch(() => undefined);
    }
    default:
      return fault satisfies never;
  }
}
