import { type Decision, refused } from './change.ts';
import type { TransitionRequest, TransitionSituation } from './decide-transition.ts';
import type { DeliveryRecord, ProofOfDelivery } from './delivery-record.ts';
import { checkHandoverCode, maxWrongTries } from './handover-code.ts';
import { refusal } from './refusal.ts';

/**
 * DELIVERED needs the code, or an operator's override with a reason. A wrong code is refused and counted in the same write;
 * at the fifth a new code is issued and the timeline says so, which is how operators learn of it.
 */
export function decideHandover(
  record: DeliveryRecord,
  request: TransitionRequest,
  { as, now, newCode }: TransitionSituation,
): { readonly kind: 'proven'; readonly proof: ProofOfDelivery } | Decision {
  const current = { currentStatus: record.state, currentSequence: record.sequence };
  const field = ['input', 'handoverCode'];
  const { photoUrl, receivedBy, handoverCode: told } = request;
  if (told === null) {
    if (as !== 'OPERATOR' || request.reason === null) {
      const message =
        as === 'OPERATOR'
          ? "Tell the customer's code, or give a reason for delivering without it."
          : "Tell the customer's code to finish the delivery.";
      return refused(refusal('CODE_REQUIRED', message, { ...current, field }));
    }
    const method = request.proofMethod ?? (photoUrl === null ? 'OPERATOR_OVERRIDE' : 'PHOTO');
    if (method === 'CODE' || (method === 'PHOTO' && photoUrl === null)) {
      const message = method === 'CODE' ? 'Proof by code needs the code.' : 'Proof by photo needs its address.';
      return refused(refusal('INVALID', message, { ...current, field: ['input', 'proofMethod'] }));
    }
    return { kind: 'proven', proof: { method, photoUrl, receivedBy, verifiedAt: now } };
  }
  if (record.handover === null) return refused(refusal('INVALID', 'No code has been issued.', { ...current, field }));

  const check = checkHandoverCode(record.handover, told);
  switch (check.kind) {
    case 'match':
      return { kind: 'proven', proof: { method: 'CODE', photoUrl, receivedBy, verifiedAt: now } };
    case 'mismatch': {
      const message = `That is not the customer's code; ${check.triesLeft} more wrong tries and a new one is issued.`;
      const mismatch = refusal('CODE_MISMATCH', message, { ...current, field });
      return { kind: 'changed', set: { handover: check.handover }, events: [], refusal: mismatch };
    }
    case 'reissue': {
      const note = `Wrong handover code told ${maxWrongTries} times; a new code was issued.`;
      const attempts = [...record.attempts, { reason: 'CODE_MISMATCH' as const, note, occurredAt: now }];
      return {
        kind: 'changed',
        set: { handover: { code: newCode, wrongTries: 0 }, attempts },
        // The guard against guessing acts, not the rider who told the last wrong code.
        events: [{ kind: 'ATTEMPT_FAILED', note, actor: { kind: 'SYSTEM', id: null } }],
        refusal: refusal('CODE_MISMATCH', "That was the fifth wrong code; ask for the customer's new one.", {
          ...current,
          currentSequence: record.sequence + 1,
          field,
        }),
      };
    }
    default:
      return check satisfies never;
  }
}
