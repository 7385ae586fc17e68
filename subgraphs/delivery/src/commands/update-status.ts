import { createHash } from 'node:crypto';
import { isCleanText } from '@swiftcart/graphql';
import { decideTransition, type TransitionRequest } from '../domain/decide-transition.ts';
import { statusActorOf } from '../domain/delivery-access.ts';
import type { ProofMethod } from '../domain/delivery-record.ts';
import type { DeliveryState } from '../domain/delivery-state.ts';
import { type Refusal, refusal } from '../domain/refusal.ts';
import { changeDelivery } from './change-delivery.ts';
import { actorOf, type CommandContext, type Outcome, refusedOutcome } from './command-context.ts';

/** As the schema's input of the same name. */
export interface UpdateStatusInput {
  readonly orderId: string;
  readonly status: DeliveryState;
  readonly expectedSequence?: number | null;
  readonly reason?: string | null;
  readonly note?: string | null;
  readonly handoverCode?: string | null;
  readonly photoUrl?: string | null;
  readonly receivedBy?: string | null;
  readonly proofMethod?: ProofMethod | null;
  readonly idempotencyKey?: string | null;
}

/** Longest texts, in characters. */
const maxLengths = {
  reason: 500,
  note: 500,
  handoverCode: 16,
  photoUrl: 2_048,
  receivedBy: 100,
  idempotencyKey: 128,
} as const;

/** Moves one delivery; the checks and their order are in domain/decide-transition.ts. */
export async function updateStatus(context: CommandContext, input: UpdateStatusInput): Promise<Outcome> {
  const invalid = findInvalid(input);
  if (invalid !== undefined) return refusedOutcome(null, invalid);
  const request = toRequest(input);
  return changeDelivery(context, input.orderId, {
    mayTouch: (record) => statusActorOf(context.caller, record) !== undefined,
    decide: (record, now) =>
      decideTransition(record, request, {
        as: statusActorOf(context.caller, record) ?? 'RIDER',
        actor: actorOf(context.caller),
        now,
        model: context.settings.model,
        newCode: context.newHandoverCode(record.handover?.code),
      }),
  });
}

function findInvalid(input: UpdateStatusInput): Refusal | undefined {
  for (const [name, maxLength] of Object.entries(maxLengths)) {
    const text = input[name as keyof typeof maxLengths];
    if (typeof text === 'string' && !isCleanText(text, { maxLength })) {
      const message = `${name} must be plain text of at most ${maxLength} characters.`;
      return refusal('INVALID', message, { field: ['input', name] });
    }
  }
  const photoUrl = presentOrNull(input.photoUrl);
  if (photoUrl !== null && (!URL.canParse(photoUrl) || new URL(photoUrl).protocol !== 'https:')) {
    return refusal('INVALID', 'photoUrl must be an https address.', { field: ['input', 'photoUrl'] });
  }
  return undefined;
}

/** Blank counts as absent: a reason of spaces is none. */
function toRequest(input: UpdateStatusInput): TransitionRequest {
  const request = {
    status: input.status,
    expectedSequence: input.expectedSequence ?? null,
    reason: presentOrNull(input.reason),
    note: presentOrNull(input.note),
    handoverCode: presentOrNull(input.handoverCode),
    photoUrl: presentOrNull(input.photoUrl),
    receivedBy: presentOrNull(input.receivedBy),
    proofMethod: input.proofMethod ?? null,
  };
  const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('base64url');
  return { ...request, idempotencyKey: presentOrNull(input.idempotencyKey), fingerprint };
}

function presentOrNull(text: string | null | undefined): string | null {
  return text?.trim() || null;
}
