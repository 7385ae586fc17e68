import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is still reachable, after `settleMs`: the timers of deadlines hold what they guarded until they would have fired. */
export async function collectedHeapBytes(settleMs: number): Promise<number> {
  await sleep(settleMs);
  // Twice, with a turn between: what finalizers free is collected in the second.
  collectGarbage();
  await sleep(100);
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
