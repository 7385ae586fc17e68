import { type Jwks, type KeyPair, keyPairFromPem, loadOrCreateKeyPair } from '@swiftcart/identity';
import { ConfigError } from '@swiftcart/service';
import type { ShopConfig } from './shop-config.ts';

/** The keys of a shop that runs in one process. */
export interface ShopKeys {
  /** Signs access tokens. */
  readonly accessTokens: KeyPair;
  /** Signs who is calling, towards subgraphs. */
  readonly gateway: KeyPair;
  readonly orders: KeyPair;
  /** Whom subgraphs believe. */
  readonly trusted: Jwks;
}

/**
 * Keys from the environment; outside production missing ones are kept in `DATA_DIR/keys`, so that sessions outlive a
 * restart. Throws ConfigError naming what production lacks.
 */
export async function loadShopKeys(config: ShopConfig): Promise<ShopKeys> {
  const load = async (name: string, variable: string, pem: string | undefined): Promise<KeyPair> => {
    if (pem !== undefined) {
      try {
        return keyPairFromPem(pem.replaceAll('\\n', '\n'));
      } catch {
        throw new ConfigError(`${variable} must be a PEM private key on P-256 (npm run secrets makes one).`);
      }
    }
    if (config.isProduction)
      throw new ConfigError(`${variable} is required in production (npm run secrets makes one).`);
    return loadOrCreateKeyPair(`${config.dataDirectory}/keys`, name);
  };
  const accessTokens = await load('access-tokens', 'JWT_PRIVATE_KEY', config.jwtPrivateKey);
  const gateway = await load('gateway', 'SERVICE_PRIVATE_KEY', config.servicePrivateKey);
  const orders = await load('orders', 'SERVICE_PRIVATE_KEY', config.servicePrivateKey);
  return { accessTokens, gateway, orders, trusted: { keys: [gateway.publicJwk, orders.publicJwk] } };
}
