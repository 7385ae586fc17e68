// The gateway as it is deployed (authentication, signed identities, limits, metrics), and what it has used so far.

import { createGateway, type Gateway } from '@swiftcart/gateway';
import {
  createAccessTokenVerifier,
  createAssertionSigner,
  generateKeyPair,
  type Jwks,
  localKeys,
} from '@swiftcart/identity';
import { createLogger, createMetrics } from '@swiftcart/service';
import { answerParent } from './child.ts';
import { measuredToken } from './measured-token.ts';

type GatewayCommand =
  | { readonly kind: 'start'; readonly supergraphPath: string; readonly subgraphUrl: string; readonly jwks: Jwks }
  | { readonly kind: 'usage' };

let gateway: Gateway | undefined;
const metrics = createMetrics({ service: 'gateway' });

answerParent<GatewayCommand>(async (command) => {
  if (command.kind === 'start') {
    gateway = await createGateway({
      supergraph: { path: command.supergraphPath },
      subgraphUrls: { status: command.subgraphUrl, orders: command.subgraphUrl },
      logger: createLogger({ name: 'gateway', level: 'error' }),
      metrics,
      host: '127.0.0.1',
      port: 0,
      isProduction: true,
      auth: {
        signer: createAssertionSigner({ keyPair: generateKeyPair(), issuer: 'gateway' }),
        verifier: createAccessTokenVerifier({ ...measuredToken, keys: localKeys(command.jwks) }),
      },
      rateLimits: { isOn: false },
      // All clients sit behind one address and are one user here; and what takes long must be measured, not given up.
      limits: { socketMaxPerAddress: 100_000, socketMaxPerUser: 100_000, subgraphDeadlineMs: 120_000 },
    });
    return { url: gateway.url };
  }
  const { user, system } = process.cpuUsage();
  const streams = await metrics.registry.getSingleMetric('swiftcart_streams_open')?.get();
  return {
    cpuUs: user + system,
    rssBytes: process.memoryUsage.rss(),
    streams: streams?.values[0]?.value ?? 0,
  };
});
