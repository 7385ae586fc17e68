import { readFileSync } from 'node:fs';
import { createRedisBus } from '@swiftcart/events';
import { createAssertionSigner, type Jwks, keyPairFromPem, parseJwks } from '@swiftcart/identity';
import {
  ConfigError,
  createEnvReader,
  createLogger,
  createMetrics,
  createSubgraphClient,
  openWhenReachable,
  runProcess,
} from '@swiftcart/service';
import { readOrdersConfig } from './config.ts';
import { createOrdersService } from './service.ts';

/** How long running requests may take to finish after SIGTERM. */
const drainMs = 10_000;

const env = createEnvReader(process.env);
const logger = createLogger({ name: 'orders', level: env.string('LOG_LEVEL', { default: 'info' }) });

await runProcess({
  name: 'orders',
  logger,
  async start(signal) {
    const isProduction = env.string('NODE_ENV', { default: 'development' }) === 'production';
    const port = env.integer('PORT', { default: 4003, min: 0, max: 65_535 });
    const host = env.string('HOST', { default: '127.0.0.1' });
    const mongodbUri = env.url('MONGODB_URI', { protocols: ['mongodb', 'mongodb+srv'] });
    const redisUrl = env.url('REDIS_URL', { protocols: ['redis', 'rediss'] });
    const siblings = {
      catalog: env.url('CATALOG_URL', { default: 'http://127.0.0.1:4002/graphql', protocols: ['http', 'https'] }),
      users: env.url('USERS_URL', { default: 'http://127.0.0.1:4001/graphql', protocols: ['http', 'https'] }),
      delivery: env.url('DELIVERY_URL', { default: 'http://127.0.0.1:4004/graphql', protocols: ['http', 'https'] }),
    };
    const timeoutMs = env.integer('SIDEWAYS_TIMEOUT_MS', { default: 5_000, min: 50, max: 30_000 });
    const privateKey = env.string('SERVICE_PRIVATE_KEY');
    const trustedKeyText = env.string('TRUSTED_SERVICE_KEYS');
    const config = readOrdersConfig(env, { isProduction });
    env.assertValid();

    const metrics = createMetrics({ service: 'orders', processMetrics: true });
    const keyPair = readPrivateKey(privateKey);
    const trustedKeys = readTrustedKeys(trustedKeyText);
    const sign = createAssertionSigner({ keyPair, issuer: 'orders' });
    const opened: AsyncDisposable[] = [];
    const closeAll = async () => {
      for (const part of opened.splice(0).reverse()) await part[Symbol.asyncDispose]();
    };
    const opening = <Part extends AsyncDisposable>(part: Part): Part => {
      opened.push(part);
      return part;
    };
    const portTo = (audience: keyof typeof siblings) =>
      opening(createSubgraphClient({ url: siblings[audience] }, { audience, sign, timeoutMs, metrics }));
    try {
      const bus = opening(createRedisBus({ url: redisUrl, logger, metrics }));
      const ports = { catalog: portTo('catalog'), users: portTo('users'), delivery: portTo('delivery') };
      const given = { mongodbUri, bus, logger, metrics, trustedKeys, isProduction, config, ...ports };
      const open = () => createOrdersService(given);
      const service = opening(await openWhenReachable(open, { host, port, logger, signal }));
      const server = opening(await service.listen({ host, port }));
      return { drain: () => server.drain(drainMs), [Symbol.asyncDispose]: closeAll };
    } catch (error) {
      await closeAll();
      throw error;
    }
  },
});

/** PEM, or PEM with its line breaks written as `\n`, as environment files hold it. */
function readPrivateKey(pem: string): ReturnType<typeof keyPairFromPem> {
  try {
    return keyPairFromPem(pem.replaceAll('\\n', '\n'));
  } catch {
    throw new ConfigError('SERVICE_PRIVATE_KEY must be an EC P-256 private key in PEM');
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
