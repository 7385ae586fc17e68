import type { Logger } from '@swiftcart/service';
import type { DeliverySettings } from '../config.ts';
import type { Caller } from '../domain/delivery-access.ts';
import type { Actor, DeliveryEvent, DeliveryRecord } from '../domain/delivery-record.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Store } from '../store/store.ts';

/** What every command works with, whoever asks. */
export interface CommandTools {
  readonly store: Store;
  readonly settings: DeliverySettings;
  readonly logger: Logger;
  now(): Date;
  /** A fresh four-digit code, other than `previous`. */
  newHandoverCode(previous?: string): string;
  /** Tells the relay that a document has events to hand on. */
  wakeRelay(): void;
  /** Tells live streams that a position moved; best effort, because the next one follows soon. */
  announcePosition(orderId: string, correlationId: string): void;
}

/** A command on somebody's behalf. */
export interface CommandContext extends CommandTools {
  readonly caller: Caller;
  readonly correlationId: string;
}

/** What came of a change to one delivery. `record` is null when there is none that the caller may know of. */
export interface Outcome {
  readonly record: DeliveryRecord | null;
  readonly event: DeliveryEvent | null;
  readonly hasChanged: boolean;
  readonly refusals: readonly Refusal[];
}

/** The shop itself, for work that nobody asked for. */
export const systemActor: Actor = { kind: 'SYSTEM', id: null };

/** The caller of a command that operators and riders may run. */
export function actorOf(caller: Caller): Actor {
  return { kind: caller.isOperator ? 'OPERATOR' : 'RIDER', id: caller.userId };
}

export function refusedOutcome(record: DeliveryRecord | null, refusal: Refusal): Outcome {
  return { record, event: null, hasChanged: false, refusals: [refusal] };
}
