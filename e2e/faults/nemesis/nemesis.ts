import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, linkNames, type ProcessName, processNames } from '../cluster/start-cluster.ts';
import type { Random } from '../random.ts';
import { faultName, linkFaults, type PlannedFault, processFaults } from './fault-plan.ts';

/** What was done wrong, and how often. */
export interface Nemesis {
  readonly counts: ReadonlyMap<string, number>;
  /** Inflicts faults until the given instant, each ended before this resolves. */
  run(until: number): Promise<void>;
}

const restartTimeoutMs = 60_000;
const linkLanes = 2;
/** Where most is at stake is hit twice as often. */
const targets: readonly ProcessName[] = [...processNames, 'orders', 'database'];

/** One lane of process faults, so that at most one process is down, and two of link faults, all three at once. */
export function createNemesis(cluster: Cluster, random: Random): Nemesis {
  const counts = new Map<string, number>();

  async function lane(until: number, faults: Iterator<PlannedFault, never>): Promise<void> {
    for (;;) {
      const { value: fault } = faults.next();
      if (Date.now() + fault.pauseMs >= until) return;
      await sleep(fault.pauseMs);
      counts.set(faultName(fault), (counts.get(faultName(fault)) ?? 0) + 1);
      await inflict(cluster, fault);
    }
  }

  return {
    counts,
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
