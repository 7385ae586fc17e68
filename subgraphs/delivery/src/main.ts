import { readFileSync } from 'node:fs';
import { createRedisBus } from '@swiftcart/events';
import { type Jwks, parseJwks } from '@swiftcart/identity';
import {
  ConfigError,
  createEnvReader,
  createLogger,
  createMetrics,
  openWhenReachable,
  runProcess,
} from '@swiftcart/service';
import { readDeliveryConfig } from './config.ts';
import { createDeliveryService, type DeliveryOptions, type DeliveryService } from './service.ts';

/** How long running requests may take to finish after SIGTERM. */
const drainMs = 10_000;

const env = createEnvReader(process.env);
const logger = createLogger({ name: 'delivery', level: env.string('LOG_LEVEL', { default: 'info' }) });

await runProcess({
  name: 'delivery',
  logger,
  async start(signal) {
    const isProduction = env.string('NODE_ENV', { default: 'development' }) === 'production';
    const port = env.integer('PORT', { default: 4004, min: 0, max: 65_535 });
    const host = env.string('HOST', { default: '127.0.0.1' });
    const mongodbUri = env.url('MONGODB_URI', { protocols: ['mongodb', 'mongodb+srv'] });
    const redisUrl = env.url('REDIS_URL', { protocols: ['redis', 'rediss'] });
    const trustedKeyText = env.string('TRUSTED_SERVICE_KEYS');
    const seedsRiders = env.flag('SEED', { default: !isProduction }) && !isProduction;
    const settings = readDeliveryConfig(env);
    env.assertValid();

    const metrics = createMetrics({ service: 'delivery', processMetrics: true });
    const trustedKeys = readTrustedKeys(trustedKeyText);
    const bus = createRedisBus({ url: redisUrl, logger, metrics });
    try {
      const given = { ...settings, mongodbUri, bus, logger, metrics, trustedKeys, isProduction };
      const open = () => openService(given, { seedsRiders });
      const service = await openWhenReachable(open, { host, port, logger, signal });
      const server = await service.listen({ host, port });
      return {
        drain: () => server.drain(drainMs),
        async [Symbol.asyncDispose]() {
          await server[Symbol.asyncDispose]();
          await service[Symbol.asyncDispose]();
          await bus[Symbol.asyncDispose]();
        },
      };
    } catch (error) {
      await bus[Symbol.asyncDispose]();
      throw error;
    }
  },
});

async function openService(
  options: DeliveryOptions,
  { seedsRiders }: { seedsRiders: boolean },
): Promise<DeliveryService> {
  const service = await createDeliveryService(options);
  try {
    if (seedsRiders) await service.seedRiders();
    return service;
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
}

/** The variable holds the key set itself or the path of a file with it. */
function readTrustedKeys(textOrPath: string): Jwks {
  try {
    const text = textOrPath.trimStart().startsWith('{') ? textOrPath : readFileSync(textOrPath, 'utf8');
    return parseJwks(JSON.parse(text));
  } catch {
    // The text may hold keys, so neither it nor the parser's complaint about it is repeated.
    throw new ConfigError('TRUSTED_SERVICE_KEYS must be a JWKS document or the path of one');
  }
}
