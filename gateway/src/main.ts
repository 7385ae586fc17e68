// The gateway by itself, in front of any Federation 2 supergraph file. `--help` lists every option.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  createAccessTokenVerifier,
  createAssertionSigner,
  generateKeyPair,
  keyPairFromPem,
  remoteJwks,
} from '@swiftcart/identity';
import {
  ConfigError,
  createEnvReader,
  createLogger,
  createMetrics,
  type EnvReader,
  runProcess,
} from '@swiftcart/service';
import { readGatewayConfig } from './config.ts';
import { helpText } from './help-text.ts';
import { createGateway, type GatewayAuth } from './service.ts';

const { values: flags } = parseArgs({
  options: {
    supergraph: { type: 'string' },
    port: { type: 'string' },
    host: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (flags.help) {
  process.stdout.write(helpText());
} else {
  const given = { SUPERGRAPH_PATH: flags.supergraph, PORT: flags.port, HOST: flags.host };
  const overrides = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const env = createEnvReader({ ...process.env, ...overrides });
  const logger = createLogger({ name: 'gateway', level: env.string('LOG_LEVEL', { default: 'info' }) });
  await runProcess({
    name: 'gateway',
    logger,
    async start() {
      const settings = readGatewayConfig(env);
      const path = env.string('SUPERGRAPH_PATH');
      const subgraphUrls = readSubgraphUrls(env);
      const auth = readAuth(env, settings.isProduction);
      env.assertValid();
      requireReadable(path);
      const metrics = createMetrics({ service: 'gateway', processMetrics: true });
      const gateway = await createGateway({
        ...settings,
        supergraph: { path },
        subgraphUrls,
        logger,
        metrics,
        auth: auth(),
      });
      process.stdout.write(`gateway ${gateway.url}/graphql\n`);
      return gateway;
    },
  });
}

/** `SUBGRAPH_URLS=name=url,name=url`. */
function readSubgraphUrls(env: EnvReader): Record<string, string> {
  const urls: Record<string, string> = {};
  for (const entry of env.list('SUBGRAPH_URLS', { default: [] })) {
    const [name = '', ...rest] = entry.split('=');
    const url = rest.join('=');
    if (name === '' || !URL.canParse(url)) env.problem('SUBGRAPH_URLS must look like name=url,name=url');
    else urls[name] = url;
  }
  return urls;
}

/** Without JWKS_URL nobody is authenticated; subgraphs are told so in a signed assertion when there is a key to sign with. */
function readAuth(env: EnvReader, isProduction: boolean): () => GatewayAuth | undefined {
  const jwksUrl = env.optionalUrl('JWKS_URL');
  const issuer = env.string('JWT_ISSUER', { default: 'swiftcart' });
  const audience = env.string('JWT_AUDIENCE', { default: 'swiftcart-api' });
  const privateKey = env.optionalString('SERVICE_PRIVATE_KEY');
  if (jwksUrl === undefined) return () => undefined;
  if (privateKey === undefined && isProduction)
    env.problem('SERVICE_PRIVATE_KEY is required beside JWKS_URL in production');
  return () => ({
    verifier: createAccessTokenVerifier({ issuer, audience, keys: remoteJwks({ url: jwksUrl, refreshSeconds: 300 }) }),
    signer: createAssertionSigner({
      keyPair: privateKey === undefined ? generateKeyPair() : keyPairFromPem(privateKey.replaceAll('\\n', '\n')),
      issuer: 'gateway',
    }),
  });
}

function requireReadable(path: string): void {
  try {
    readFileSync(path);
  } catch (cause) {
    throw new ConfigError(`SUPERGRAPH_PATH: ${path} cannot be read (${(cause as Error).message})`);
  }
}
