import { createLogger } from '@swiftcart/service';
import { createRedisBus } from '../src/index.ts';

// A process that takes every event, says so, and never finishes one: to be killed by the test.
const [, , url = '', topic = ''] = process.argv;
const bus = createRedisBus({ url, logger: createLogger({ name: 'hanging', level: 'silent' }), leaseMs: 600 });
await bus.consume({
  topic,
  group: 'g',
  handler(event) {
    process.stdout.write(`took ${event.payload['n']}\n`);
    return new Promise(() => undefined);
  },
});
process.stdout.write('consuming\n');
