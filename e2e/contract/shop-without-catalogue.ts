import { fileURLToPath } from 'node:url';
import { createMemoryBus } from '@swiftcart/events';
import { createGateway } from '@swiftcart/gateway';
import { createAccessTokenVerifier, createAssertionSigner, generateKeyPair, localKeys } from '@swiftcart/identity';
import { createOrdersService, readOrdersConfig } from '@swiftcart/orders';
import { createEnvReader, createLogger, createSubgraphClient } from '@swiftcart/service';

/** A gateway and the orders subgraph whose catalogue does not answer: nothing listens at its address. */
export async function startShopWithoutCatalogue(mongodbUri: string) {
  const opened: AsyncDisposable[] = [];
  const opening = <Part extends AsyncDisposable>(part: Part): Part => {
    opened.unshift(part);
    return part;
  };
  const logger = createLogger({ name: 'without-catalogue', level: 'silent' });
  const keyPair = generateKeyPair();
  const nowhere = 'http://127.0.0.1:1/graphql';
  const client = (audience: string) =>
    opening(
      createSubgraphClient(
        { url: nowhere },
        { audience, sign: createAssertionSigner({ keyPair, issuer: 'orders' }), timeoutMs: 1_000 },
      ),
    );
  const orders = opening(
    await createOrdersService({
      mongodbUri,
      databaseName: 'orders_without_catalogue',
      bus: opening(createMemoryBus()),
      logger,
      trustedKeys: { keys: [keyPair.publicJwk] },
      isProduction: false,
      config: readOrdersConfig(createEnvReader({}), { isProduction: false }),
      users: client('users'),
      catalog: client('catalog'),
      delivery: client('delivery'),
    }),
  );
  const gateway = opening(
    await createGateway({
      supergraph: { path: fileURLToPath(new URL('../../gateway/supergraph.graphql', import.meta.url)) },
      auth: {
        verifier: createAccessTokenVerifier({ issuer: 'test', audience: 'test', keys: localKeys({ keys: [] }) }),
        signer: createAssertionSigner({ keyPair, issuer: 'gateway' }),
      },
      localSubgraphs: new Map([['orders', orders]]),
      subgraphUrls: { users: nowhere, catalog: nowhere, delivery: nowhere },
      logger,
      host: '127.0.0.1',
      port: 0,
      isProduction: false,
    }),
  );
  return {
    url: `${gateway.url}/graphql`,
    async [Symbol.asyncDispose]() {
      for (const part of opened) await part[Symbol.asyncDispose]();
    },
  };
}
