import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../history.ts';
import type { Random } from '../random.ts';
import type { LoadContext } from './load-context.ts';

const maxTries = 60;

/** Sends the same request again, as a careful client does, until it is definitely done or refused, or the run gives up. */
export async function insist(
  context: Pick<LoadContext, 'givesUpAt'>,
  random: Random,
  send: () => Promise<Operation>,
): Promise<Operation> {
  let operation = await send();
  for (let tries = 1; tries < maxTries && isUndecided(operation) && Date.now() < context.givesUpAt(); tries += 1) {
    await sleep(random.between(300, 1_200));
    operation = await send();
  }
  return operation;
}

/** Unknown, or refused for the moment only. */
export const isUndecided = ({ outcome, code }: Operation): boolean =>
  outcome === 'unknown' || momentary.has(code ?? '');

const momentary = new Set(['ECONNREFUSED', 'STARTING', 'OVERLOADED', 'CATALOG_UNAVAILABLE']);
