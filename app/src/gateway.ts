// The shop's gateway as a process of its own: the generic gateway with this shop's settings. `node dist/app/src/gateway.js`
import { createRedisBus } from '@swiftcart/events';
import { createGateway, readGatewayConfig } from '@swiftcart/gateway';
import { createAccessTokenVerifier, createAssertionSigner, keyPairFromPem, remoteJwks } from '@swiftcart/identity';
import {
  createEnvReader,
  createLogger,
  createMetrics,
  createSubgraphClient,
  openWhenReachable,
  runProcess,
} from '@swiftcart/service';
import { createRevocationSource, fieldRateLimits, streamPositions } from './gateway-settings.ts';
import { repositoryPath } from './repository-path.ts';

const env = createEnvReader(process.env);
const logger = createLogger({ name: 'gateway', level: env.string('LOG_LEVEL', { default: 'info' }) });

await runProcess({
  name: 'gateway',
  logger,
  async start(signal) {
    const settings = readGatewayConfig(env);
    const supergraphPath = env.string('SUPERGRAPH_PATH', { default: repositoryPath('gateway/supergraph.graphql') });
    const subgraphUrls = {
      users: env.url('USERS_URL', { default: 'http://127.0.0.1:4001/graphql' }),
      catalog: env.url('CATALOG_URL', { default: 'http://127.0.0.1:4002/graphql' }),
      orders: env.url('ORDERS_URL', { default: 'http://127.0.0.1:4003/graphql' }),
      delivery: env.url('DELIVERY_URL', { default: 'http://127.0.0.1:4004/graphql' }),
    };
    const redisUrl = env.url('REDIS_URL', { protocols: ['redis', 'rediss'] });
    const jwksUrl = env.url('JWKS_URL', { default: new URL('/.well-known/jwks.json', subgraphUrls.users).href });
    const issuer = env.string('JWT_ISSUER', { default: 'swiftcart' });
    const audience = env.string('JWT_AUDIENCE', { default: 'swiftcart-api' });
    const privateKey = env.string('SERVICE_PRIVATE_KEY');
    env.assertValid();

    const metrics = createMetrics({ service: 'gateway', processMetrics: true });
    const bus = createRedisBus({ url: redisUrl, logger, metrics });
    const keyPair = keyPairFromPem(privateKey.replaceAll('\\n', '\n'));
    const signer = createAssertionSigner({ keyPair, issuer: 'gateway' });
    const users = createSubgraphClient(
      { url: subgraphUrls.users },
      { audience: 'users', sign: signer, timeoutMs: 5_000 },
    );
    const source = createRevocationSource(users, bus);
    const waiting = { host: settings.host, port: settings.port, logger, signal };
    const gateway = await createGateway({
      ...settings,
      rateLimits: { fields: fieldRateLimits, ...settings.rateLimits },
      streamPositions,
      supergraph: { path: supergraphPath },
      subgraphUrls,
      logger,
      metrics,
      auth: {
        verifier: createAccessTokenVerifier({
          issuer,
          audience,
          keys: remoteJwks({ url: jwksUrl, refreshSeconds: 300 }),
        }),
        signer,
        // Nobody is let in before it is known whose sessions ended; while users or Redis is away, that is waited for.
        revocations: {
          listen: (onRevoked) => openWhenReachable(() => source.listen(onRevoked), waiting),
          loadInitial: () => openWhenReachable(() => source.loadInitial(), waiting),
        },
      },
    });
    return {
      drain: () => gateway.drain(),
      async [Symbol.asyncDispose]() {
        await gateway[Symbol.asyncDispose]();
        await users[Symbol.asyncDispose]();
        await bus[Symbol.asyncDispose]();
      },
    };
  },
});
