import type { DomainEvent } from '@swiftcart/events';
import { createId, money } from '@swiftcart/graphql';
import { z } from 'zod';
import type { ProcessContext } from '../context.ts';
import { type Happening, noticeOf } from '../domain/notices.ts';
import { duplicateField } from '../store/store.ts';

const order = z.object({ orderId: z.string(), orderNumber: z.string(), customerId: z.string() });
const amountMinor = z.number().int();
const payloads = {
  'order.placed': order.extend({ grandTotal: amountMinor }),
  'payment.statusChanged': order.extend({ status: z.string(), amount: amountMinor }),
  'delivery.event': order.extend({ eventKind: z.string(), to: z.string().nullish() }),
  'order.cancelled': order.extend({ reason: z.string() }),
  'refund.issued': order.extend({ amount: amountMinor }),
  'stock.low': z.object({ name: z.string(), sku: z.string(), available: z.number(), threshold: z.number() }),
};

/** What an event means to whom. `customerId` null: to everybody who runs the shop. */
interface Told {
  happening: Happening;
  customerId: string | null;
  orderId: string | null;
}

/** Stores what an event means to its customer, or to the operators, and has it e-mailed. Idempotent by event id and user. */
export async function recordNotification(process: ProcessContext, event: DomainEvent): Promise<void> {
  const told = readEvent(event);
  const notice = told === null ? null : noticeOf(told.happening);
  if (told === null || notice === null) return;
  const { customerId, orderId } = told;
  const userIds = customerId === null ? await process.store.users.findIdsWithRole(['OPERATOR', 'ADMIN']) : [customerId];
  const now = process.now();
  for (const userId of userIds) {
    const record = {
      ...notice,
      _id: createId('ntf', now),
      userId,
      eventId: event.id,
      orderId,
      readAt: null,
      createdAt: new Date(event.occurredAt),
      mailState: 'pending' as const,
      mailAttempts: 0,
      mailDueAt: now,
    };
    await process.store.notifications.insertOnce(record).catch((error: unknown) => {
      // Two deliveries of one event at once: the index let one through.
      if (duplicateField(error) === undefined) throw error;
    });
  }
  process.mailRounds.wake();
}

/** Null for kinds that tell nobody anything. Throws when a known kind has another shape, so that it is parked and seen. */
function readEvent({ kind, payload }: DomainEvent): Told | null {
  switch (kind) {
    case 'order.placed': {
      const { grandTotal, ...facts } = payloads[kind].parse(payload);
      return toCustomer(facts, { kind, orderNumber: facts.orderNumber, total: money(grandTotal).formatted });
    }
    case 'payment.statusChanged': {
      const { amount, status, ...facts } = payloads[kind].parse(payload);
      return toCustomer(facts, { kind, orderNumber: facts.orderNumber, status, amount: money(amount).formatted });
    }
    case 'delivery.event': {
      const { eventKind, to, ...facts } = payloads[kind].parse(payload);
      return toCustomer(facts, { kind, orderNumber: facts.orderNumber, eventKind, to: to ?? null });
    }
    case 'order.cancelled': {
      const { reason, ...facts } = payloads[kind].parse(payload);
      return toCustomer(facts, { kind, orderNumber: facts.orderNumber, reason });
    }
    case 'refund.issued': {
      const { amount, ...facts } = payloads[kind].parse(payload);
      return toCustomer(facts, { kind, orderNumber: facts.orderNumber, amount: money(amount).formatted });
    }
    case 'stock.low':
      return { happening: { kind, ...payloads[kind].parse(payload) }, customerId: null, orderId: null };
    default:
      return null;
  }
}

function toCustomer({ customerId, orderId }: z.infer<typeof order>, happening: Happening): Told {
  return { happening, customerId, orderId };
}
