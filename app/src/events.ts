// `npm run events -- list|replay`: events that no retry could hand on, of every subgraph.
import { parseArgs } from 'node:util';
import { createParkedEvents, createRedisBus } from '@swiftcart/events';
import { createEnvReader, createLogger } from '@swiftcart/service';
import mongoose from 'mongoose';
import { openDatabase } from './open-database.ts';
import { readShopConfig } from './shop-config.ts';

const SUBGRAPHS = ['users', 'catalog', 'orders', 'delivery'];
const USAGE = `usage: npm run events -- list   [--subgraph orders] [--limit 50]
       npm run events -- replay --subgraph orders --id EVENT_ID   (needs REDIS_URL: consumers run elsewhere)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    subgraph: { type: 'string' },
    id: { type: 'string' },
    limit: { type: 'string', default: '50' },
  },
});
const [command] = positionals;
const limit = Number(values.limit);
const isKnown = values.subgraph === undefined || SUBGRAPHS.includes(values.subgraph);
const isComplete =
  command === 'list' || (command === 'replay' && values.subgraph !== undefined && values.id !== undefined);
if (!isKnown || !isComplete || !Number.isInteger(limit) || limit < 1) {
  console.error(USAGE);
  process.exit(2);
}

try {
  const env = createEnvReader({ ...process.env, SEED: 'off' });
  const config = readShopConfig(env);
  env.assertValid();
  if (command === 'replay' && !config.redisUrl)
    throw new Error('replay needs REDIS_URL, the bus on which the consumers listen.');
  await using database = await openDatabase(config.mongodbUri, config.dataDirectory);
  const connection = await mongoose.createConnection(database.uri).asPromise();
  try {
    for (const subgraph of values.subgraph ? [values.subgraph] : SUBGRAPHS) {
      const parked = createParkedEvents(connection.useDb(`swiftcart_${subgraph}`));
      if (command === 'list') {
        for (const { id, event, attempts, lastError, parkedAt } of await parked.list({ limit })) {
          console.log(
            JSON.stringify({ subgraph, id, kind: event.kind, key: event.key, attempts, lastError, parkedAt }),
          );
        }
      } else if (values.id !== undefined && config.redisUrl) {
        const logger = createLogger({ name: 'events', level: 'error' });
        await using bus = createRedisBus({ url: config.redisUrl, logger });
        const isReplayed = await parked.replay(values.id, bus);
        console.log(isReplayed ? `replayed ${values.id}` : `${subgraph} has no parked event ${values.id}`);
        if (!isReplayed) process.exitCode = 1;
      }
    }
  } finally {
    await connection.close();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
