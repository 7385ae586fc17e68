import { setTimeout as sleep } from 'node:timers/promises';

/** Spreads writers who lost the same race: without it all of them read and lose again at once. Waits at most 60 ms. */
export async function pauseAfterConflict(round: number): Promise<void> {
  await sleep(Math.random() * Math.min(60, 4 * (round + 1)));
}
