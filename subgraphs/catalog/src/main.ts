import { existsSync, readFileSync } from 'node:fs';
import { createRedisBus } from '@swiftcart/events';
import { type Jwks, parseJwks } from '@swiftcart/identity';
import {
  createEnvReader,
  createLogger,
  createMetrics,
  type EnvReader,
  openWhenReachable,
  runProcess,
} from '@swiftcart/service';
import { readCatalogConfig } from './config.ts';
import { type CatalogOptions, type CatalogService, createCatalogService } from './service.ts';

const env = createEnvReader(process.env);
const logger = createLogger({ name: 'catalog', level: env.string('LOG_LEVEL', { default: 'info' }) });

await runProcess({
  name: 'catalog',
  logger,
  async start(signal) {
    const isProduction = env.string('NODE_ENV', { default: 'development' }) === 'production';
    const host = env.string('HOST', { default: isProduction ? '0.0.0.0' : '127.0.0.1' });
    const port = env.integer('PORT', { default: 4002, min: 0, max: 65_535 });
    const mongodbUri = env.string('MONGODB_URI');
    const redisUrl = env.url('REDIS_URL', { protocols: ['redis', 'rediss'] });
    const trustedKeys = readTrustedKeys(env);
    const isSeeded = env.flag('SEED', { default: !isProduction });
    const config = readCatalogConfig(env);
    env.assertValid();

    const metrics = createMetrics({ service: 'catalog', processMetrics: true });
    const bus = createRedisBus({ url: redisUrl, logger, metrics });
    const given = { ...config, mongodbUri, bus, logger, metrics, trustedKeys, isProduction };
    const open = () => openService(given, { isSeeded: isSeeded && !isProduction });
    const service = await openWhenReachable(open, { host, port, logger, signal });
    const http = await service.listen({ host, port });
    return {
      drain: () => http.drain(10_000),
      async [Symbol.asyncDispose]() {
        await http[Symbol.asyncDispose]();
        await service[Symbol.asyncDispose]();
        await bus[Symbol.asyncDispose]();
      },
    };
  },
});

async function openService(options: CatalogOptions, { isSeeded }: { isSeeded: boolean }): Promise<CatalogService> {
  const service = await createCatalogService(options);
  try {
    if (isSeeded) await service.seedCatalogue();
    return service;
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
}

/** `TRUSTED_SERVICE_KEYS`: a JWKS document, or the path of a file that holds one. */
function readTrustedKeys(reader: EnvReader): Jwks {
  const given = reader.string('TRUSTED_SERVICE_KEYS');
  try {
    return parseJwks(JSON.parse(existsSync(given) ? readFileSync(given, 'utf8') : given));
  } catch {
    if (given !== '') reader.problem('TRUSTED_SERVICE_KEYS must be a JWKS document or the path of one');
    return { keys: [] };
  }
}
