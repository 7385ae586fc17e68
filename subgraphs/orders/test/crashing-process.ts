import { createInterface } from 'node:readline';
import { createMemoryBus, domainEventSchema } from '@swiftcart/events';
import { createAssertionSigner, keyPairFromPem, parseJwks } from '@swiftcart/identity';
import { createEnvReader, createLogger, createSubgraphClient, runProcess } from '@swiftcart/service';
import { createOrdersService, readOrdersConfig } from '../src/index.ts';

/**
 * The orders process as `main.ts` wires it, but with the bus in the process, so that crash tests need no Redis: events
 * for it come in as lines of JSON. Prints its address when it is up.
 */
const env = createEnvReader(process.env);
const logger = createLogger({ name: 'orders', level: 'silent' });

await runProcess({
  name: 'orders',
  logger,
  async start() {
    const sign = createAssertionSigner({
      keyPair: keyPairFromPem(env.string('SERVICE_PRIVATE_KEY')),
      issuer: 'orders',
    });
    const sibling = (audience: string) =>
      createSubgraphClient({ url: env.url(`${audience.toUpperCase()}_URL`) }, { audience, sign, timeoutMs: 10_000 });
    const bus = createMemoryBus({ logger });
    const service = await createOrdersService({
      mongodbUri: env.url('MONGODB_URI'),
      databaseName: env.string('DATABASE_NAME'),
      bus,
      logger,
      trustedKeys: parseJwks(JSON.parse(env.string('TRUSTED_SERVICE_KEYS'))),
      isProduction: false,
      config: readOrdersConfig(env, { isProduction: false }),
      catalog: sibling('catalog'),
      users: sibling('users'),
      delivery: sibling('delivery'),
    });
    env.assertValid();
    const server = await service.listen({ host: '127.0.0.1', port: 0 });
    createInterface({ input: process.stdin }).on('line', (line) => {
      void bus.publish(domainEventSchema.parse(JSON.parse(line)));
    });
    process.stdout.write(`${server.url}\n`);
    return service;
  },
});
