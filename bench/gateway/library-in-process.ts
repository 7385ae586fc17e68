// The gateway with the library's subgraphs in its own process.
import { readFileSync } from 'node:fs';
import { createGateway, readGatewayConfig } from '@swiftcart/gateway';
import { createAccessTokenVerifier, createAssertionSigner, keyPairFromPem, remoteJwks } from '@swiftcart/identity';
import { createEnvReader, createLogger, createMetrics } from '@swiftcart/service';
import { createLibrarySubgraph, librarySubgraphs } from './library-subgraphs.ts';

const env = createEnvReader(process.env);
const gateway = await createGateway({
  ...readGatewayConfig(env),
  supergraph: { sdl: readFileSync(env.string('SUPERGRAPH_PATH'), 'utf8') },
  localSubgraphs: new Map(librarySubgraphs.map((each) => [each.name, createLibrarySubgraph(each)])),
  logger: createLogger({ name: 'gateway' }),
  metrics: createMetrics({ service: 'gateway', processMetrics: true }),
  auth: {
    verifier: createAccessTokenVerifier({
      issuer: 'swiftcart',
      audience: 'swiftcart-api',
      keys: remoteJwks({ url: env.string('JWKS_URL'), refreshSeconds: 300 }),
    }),
    signer: createAssertionSigner({ keyPair: keyPairFromPem(env.string('SERVICE_PRIVATE_KEY')), issuer: 'gateway' }),
  },
});
process.stdout.write(`gateway ${gateway.url}/graphql\n`);
