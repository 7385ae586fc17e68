import { Schema } from 'mongoose';
import type { DomainEvent } from './domain-event.ts';

/**
 * Outgoing events inside the document whose change they tell, written with it in one atomic write:
 * `new Schema({ ..., outbox: outboxField })`. The sparse index finds the few documents that have any.
 */
export const outboxField = {
  type: [
    new Schema<DomainEvent>(
      {
        id: { type: String, required: true, index: { sparse: true } },
        topic: { type: String, required: true },
        kind: { type: String, required: true },
        key: { type: String, required: true },
        occurredAt: { type: String, required: true },
        correlationId: { type: String, required: true },
        payload: { type: Schema.Types.Mixed, required: true },
      },
      { _id: false, id: false, minimize: false },
    ),
  ],
  default: undefined,
};
