import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { generateKeyPair } from '@swiftcart/identity';
import type { OrdersUnderTest } from './start-orders.ts';

export interface CrashingOrders {
  readonly url: string;
  readonly process: ChildProcess;
  /** The signal that ended it. */
  readonly died: Promise<NodeJS.Signals | null>;
  send(event: object): void;
}

/** Starts orders as a process of its own, on the database and siblings of `shop`, that kills itself after `step`. */
export async function startCrashingOrders(
  shop: OrdersUnderTest,
  { path, step }: { path: string; step: string },
): Promise<CrashingOrders> {
  const keyPair = generateKeyPair();
  shop.trustedBySiblings.push(keyPair.publicJwk);
  const child = spawn(process.execPath, [path], {
    env: {
      PATH: process.env['PATH'],
      SERVICE_PRIVATE_KEY: keyPair.privateKeyPem,
      TRUSTED_SERVICE_KEYS: JSON.stringify(shop.identity.jwks),
      MONGODB_URI: shop.database.url,
      DATABASE_NAME: shop.databaseName,
      CATALOG_URL: shop.siblings.urls.catalog,
      USERS_URL: shop.siblings.urls.users,
      DELIVERY_URL: shop.siblings.urls.delivery,
      SWIFTCART_CRASH_AFTER: step,
      SAGA_LEASE_MS: '400',
      SAGA_SWEEP_INTERVAL_MS: '50',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const died = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
  const [url] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>,
    died.then((): never => {
      throw new Error('the process ended before it was up');
    }),
  ]);
  return { url, process: child, died, send: (event) => void child.stdin.write(`${JSON.stringify(event)}\n`) };
}
