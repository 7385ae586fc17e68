import { BusUnavailableError } from '@swiftcart/events';
import { codedError } from '@swiftcart/graphql';
import { type Refusal, refusal } from '../domain/refusal.ts';
import type { ProcessContext } from '../process-context.ts';

/** Hands a parked event on again; null when done. Throws SUBGRAPH_UNAVAILABLE while the bus is down: it stays parked. */
export async function replayEvent(
  context: Pick<ProcessContext, 'parkedEvents' | 'bus'>,
  eventId: string,
): Promise<Refusal | null> {
  try {
    const isReplayed = await context.parkedEvents.replay(eventId.slice(0, 256), context.bus);
    return isReplayed ? null : refusal('NOT_FOUND', 'No such parked event.', { field: ['eventId'] });
  } catch (error) {
    if (!(error instanceof BusUnavailableError)) throw error;
    throw codedError('SUBGRAPH_UNAVAILABLE', 'The event bus cannot be reached; the event stays parked.');
  }
}
