import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadOrCreateKeyPair } from '@swiftcart/identity';
import { type FaultProxy, startFaultProxy } from '../faults/cluster/fault-proxy.ts';
import { type StartedProcess, startProcess } from '../support/start-process.ts';
import { startShop } from '../support/start-shop.ts';

/** A shop behind a gateway process that reaches the catalogue only through a link that can be made to misbehave. */
export interface LinkedShop extends AsyncDisposable {
  /** The GraphQL endpoint of that gateway. */
  readonly url: string;
  readonly gateway: StartedProcess;
  readonly catalogLink: FaultProxy;
}

/** `env` is for the gateway in front. */
export async function startLinkedShop(directory: string, env: Record<string, string>): Promise<LinkedShop> {
  const shop = await startShop('five-ports', directory);
  const opened: AsyncDisposable[] = [shop];
  const dispose = async () => {
    for (const part of opened.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    const urlOf = (name: string) => shop.output().match(new RegExp(`${name}\\s+(http://\\S+)`))?.[1] ?? '';
    const catalog = new URL(urlOf('catalog'));
    const catalogLink = await startFaultProxy(Number(catalog.port));
    opened.push(catalogLink);
    catalog.port = String(catalogLink.port);
    const urls = { catalog: catalog.href, users: urlOf('users'), orders: urlOf('orders'), delivery: urlOf('delivery') };
    const keyPair = await loadOrCreateKeyPair(join(directory, 'keys'), 'gateway');
    const gateway = startProcess('gateway/src/main.ts', {
      PORT: '0',
      LOG_LEVEL: 'error',
      RATE_LIMITS: 'off',
      SUPERGRAPH_PATH: fileURLToPath(new URL('../../gateway/supergraph.graphql', import.meta.url)),
      SUBGRAPH_URLS: Object.entries(urls)
        .map(([name, each]) => `${name}=${each}`)
        .join(),
      JWKS_URL: new URL('/.well-known/jwks.json', shop.url).href,
      SERVICE_PRIVATE_KEY: keyPair.privateKeyPem,
      ...env,
    });
    opened.push(gateway);
    const [, url = ''] = await gateway.waitFor(/gateway (http:\S+\/graphql)/);
    return { url, gateway, catalogLink, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
