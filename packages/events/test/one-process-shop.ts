import { createLogger } from '@swiftcart/service';
import mongoose, { type Model, Schema } from 'mongoose';
import { createMemoryBus, createOutboxRelay, createParkedEvents, type DomainEvent, outboxField } from '../src/index.ts';

// A process that publishes and consumes by itself, as `npm start` does, and never finishes an event: to be killed by the test.
const [, , uri = ''] = process.argv;
const logger = createLogger({ name: 'one-process', level: 'silent' });
const connection = await mongoose.createConnection(uri).asPromise();
type OrderRecord = { _id: string; outbox?: DomainEvent[] };
const schema = new Schema<OrderRecord>({ _id: String, outbox: outboxField });
const Order: Model<OrderRecord> = connection.model<OrderRecord>('Order', schema);
const bus = createMemoryBus({ logger });
await bus.consume({
  topic: 'orders',
  group: 'delivery',
  handler({ id }) {
    process.stdout.write(`handling ${id}\n`);
    return new Promise(() => undefined);
  },
});
createOutboxRelay({ models: [Order], bus, logger, parked: createParkedEvents(connection), intervalMs: 20 });
