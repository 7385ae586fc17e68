import { existsSync, readFileSync } from 'node:fs';
import { createRedisBus } from '@swiftcart/events';
import { keyPairFromPem, loadOrCreateKeyPair, parseJwks } from '@swiftcart/identity';
import { createEnvReader, createLogger, createMetrics, openWhenReachable, runProcess } from '@swiftcart/service';
import { readUsersConfig } from './config.ts';
import { openAll } from './opened-resources.ts';
import { createUsersService } from './service.ts';

const env = createEnvReader(process.env);
const logger = createLogger({ name: 'users', level: env.string('LOG_LEVEL', { default: 'info' }) });

await runProcess({
  name: 'users',
  logger,
  async start(signal) {
    const isProduction = env.string('NODE_ENV', { default: 'development' }) === 'production';
    const host = env.string('HOST', { default: isProduction ? '0.0.0.0' : '127.0.0.1' });
    const port = env.integer('PORT', { default: 4001, min: 0, max: 65_535 });
    const mongodbUri = env.url('MONGODB_URI', { protocols: ['mongodb', 'mongodb+srv'] });
    const redisUrl = env.url('REDIS_URL', { protocols: ['redis', 'rediss'] });
    const trusted = env.string('TRUSTED_SERVICE_KEYS');
    const dataDirectory = env.string('DATA_DIR', { default: '.data' });
    const privateKeyPem = isProduction ? env.string('JWT_PRIVATE_KEY') : env.optionalString('JWT_PRIVATE_KEY');
    const demoPassword = demoPasswordOf(host, env.optionalString('DEMO_PASSWORD'));
    const isSeeded = !isProduction && env.flag('SEED', { default: true });
    const config = readUsersConfig(env);
    if (isProduction && !config.rateLimits) env.problem('RATE_LIMITS must not be off when NODE_ENV is production');
    env.assertValid();
    // A PEM in an environment variable often has its line breaks written out.
    const keyPair =
      privateKeyPem === undefined
        ? await loadOrCreateKeyPair(`${dataDirectory}/keys`, 'access-tokens')
        : keyPairFromPem(privateKeyPem.replaceAll('\\n', '\n'));

    const metrics = createMetrics({ service: 'users', processMetrics: true });
    return openAll(async (resources) => {
      const bus = resources.use(createRedisBus({ url: redisUrl, logger, metrics }));
      const trustedKeys = parseJwks(JSON.parse(existsSync(trusted) ? readFileSync(trusted, 'utf8') : trusted));
      const given = { ...config, mongodbUri, bus, logger, metrics, trustedKeys, isProduction, keyPair, dataDirectory };
      const open = () =>
        openAll(async (own) => {
          const service = own.use(await createUsersService(given));
          if (isSeeded && demoPassword !== undefined) await service.seedDemoAccounts({ password: demoPassword });
          return service;
        });
      const service = resources.use(await openWhenReachable(open, { host, port, logger, signal }));
      const http = resources.use(await service.listen({ host, port }));
      logger.info({ url: http.url }, 'users subgraph listens');
      return { drain: () => http.drain(20_000), [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose]() };
    });
  },
});

/** The well-known password is for this machine alone; a host that others reach needs one of its own. */
function demoPasswordOf(host: string, given: string | undefined): string | undefined {
  const isLoopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  return given ?? (isLoopback ? 'swiftcart-demo-1' : undefined);
}
