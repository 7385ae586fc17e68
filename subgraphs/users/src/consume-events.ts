import type { DomainEvent, EventBus, ParkedEvents } from '@swiftcart/events';
import { z } from 'zod';
import { endSessionsBelow } from './commands/end-sessions.ts';
import { recordNotification } from './commands/record-notification.ts';
import type { ProcessContext } from './context.ts';

const group = 'users';
const sessionsEnded = z.object({
  userId: z.string(),
  reason: z.enum(['logout-everywhere', 'password-changed', 'by-admin']),
});

/** Starts everything this subgraph does on events. Handlers may see an event twice; unknown kinds are none of its business. */
export async function consumeEvents(
  process: ProcessContext,
  bus: EventBus,
  parked: ParkedEvents,
): Promise<AsyncDisposable> {
  const onPoison = parked.onPoison(group);
  const notify = (event: DomainEvent): Promise<void> => recordNotification(process, event);
  const handlers = {
    users: (event: DomainEvent) => onOwnEvent(process, event),
    catalog: notify,
    orders: notify,
    delivery: notify,
  };
  const consumers = await Promise.all(
    Object.entries(handlers).map(([topic, handler]) => bus.consume({ topic, group, onPoison, handler })),
  );
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(consumers.map((consumer) => consumer[Symbol.asyncDispose]()));
    },
  };
}

/** Normally the command has ended the sessions already; this finishes what a dying process left. */
async function onOwnEvent(process: ProcessContext, event: DomainEvent): Promise<void> {
  if (event.kind !== 'user.sessionsEnded') return;
  const { userId, reason } = sessionsEnded.parse(event.payload);
  const user = await process.store.users.findById(userId);
  if (user === null) return;
  const { correlationId } = event;
  await endSessionsBelow(process, { userId, epoch: user.sessionEpoch, reason, correlationId });
}
