import { type DomainEvent, domainEventSchema } from './domain-event.ts';

const maxBytes = 262_144;

/** The event as text. Throws, for good, when it is no event or above 256 KiB: events tell what happened, they do not carry files. */
export function encodeEvent(event: DomainEvent): string {
  const text = JSON.stringify(domainEventSchema.parse(event));
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw new RangeError(`Event ${event.id} has ${bytes} bytes; at most ${maxBytes} are carried.`);
  return text;
}

/** Throws when the text holds no event. */
export function decodeEvent(text: string): DomainEvent {
  return domainEventSchema.parse(JSON.parse(text));
}
