import type { Actor, DeliveryEvent, DeliveryEventKind, DeliveryRecord, DeliveryValues } from './delivery-record.ts';
import type { Refusal } from './refusal.ts';

/** An event before it has a number: its state, sequence, id and time follow from the record and the moment of writing. */
export interface EventDraft {
  readonly kind: DeliveryEventKind;
  readonly note: string | null;
  readonly actor: Actor;
  readonly requestKey?: string | null;
  readonly requestFingerprint?: string | null;
}

/**
 * What a decision came to. `changed` may still answer a refusal: a wrong handover code is refused and counted.
 * `unchanged` is a success that had nothing left to do; `event` is the one that did it before, where it is known.
 */
export type Decision =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unchanged'; readonly event: DeliveryEvent | null; readonly isReplay?: boolean }
  | {
      readonly kind: 'changed';
      readonly set: Partial<DeliveryValues>;
      readonly events: readonly EventDraft[];
      readonly refusal?: Refusal;
    };

export function refused(refusal: Refusal): Decision {
  return { kind: 'refused', refusal };
}

/** Numbers drafts after the record's last event. `createEventId` is called once per event. */
export function numberEvents(
  record: Pick<DeliveryRecord, 'sequence' | 'state'>,
  set: Partial<DeliveryValues>,
  drafts: readonly EventDraft[],
  { now, createEventId }: { now: Date; createEventId: () => string },
): DeliveryEvent[] {
  return drafts.map((draft, index) => ({
    id: createEventId(),
    sequence: record.sequence + index + 1,
    kind: draft.kind,
    // The state moves with the first draft; events that follow in the same write happened in the new state.
    from: index === 0 ? record.state : (set.state ?? record.state),
    to: set.state ?? record.state,
    note: draft.note,
    occurredAt: now,
    actorKind: draft.actor.kind,
    actorId: draft.actor.id,
    requestKey: draft.requestKey ?? null,
    requestFingerprint: draft.requestFingerprint ?? null,
  }));
}
