import { isCleanText } from '@swiftcart/graphql';
import { decideFailedAttempt } from '../domain/decide-rider-work.ts';
import { statusActorOf } from '../domain/delivery-access.ts';
import type { AttemptReason } from '../domain/delivery-record.ts';
import { refusal } from '../domain/refusal.ts';
import { changeDelivery } from './change-delivery.ts';
import { actorOf, type CommandContext, type Outcome, refusedOutcome } from './command-context.ts';

const maxNoteLength = 500;

/** The parcel could not be handed over; each report is an attempt of its own. */
export async function recordFailedAttempt(
  context: CommandContext,
  { orderId, reason, note }: { orderId: string; reason: AttemptReason; note: string | null },
): Promise<Outcome> {
  if (note !== null && !isCleanText(note, { maxLength: maxNoteLength })) {
    const message = `note must be plain text of at most ${maxNoteLength} characters.`;
    return refusedOutcome(null, refusal('INVALID', message, { field: ['note'] }));
  }
  return changeDelivery(context, orderId, {
    mayTouch: (record) => statusActorOf(context.caller, record) !== undefined,
    decide: (record, now) =>
      decideFailedAttempt(record, { reason, note: note?.trim() || null }, { actor: actorOf(context.caller), now }),
  });
}
