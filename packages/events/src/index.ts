export { type DomainEvent, domainEventSchema, newEvent } from './domain-event.ts';
export {
  BusUnavailableError,
  defaultRetry,
  type EventBus,
  type EventConsumer,
  type EventListener,
  type PoisonFailure,
  type PublishOptions,
  type RetryPolicy,
} from './event-bus.ts';
export { createMemoryBus, type MemoryBus, type MemoryBusOptions } from './memory-bus.ts';
export { outboxField } from './outbox-field.ts';
export { createOutboxRelay, type OutboxRelay, type OutboxRelayOptions } from './outbox-relay.ts';
export { createParkedEvents, type ParkedEvent, type ParkedEvents } from './parked-events.ts';
export { createRedisBus, type RedisBusOptions } from './redis-bus.ts';
