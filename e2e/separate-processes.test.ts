import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv, promisify } from 'node:util';
import { startEmbeddedMongodb } from '@swiftcart/embedded-mongodb';
import { createSubscriptionClient } from '@swiftcart/testkit';
import { expect, it } from 'vitest';
import { interpolate, readComposeFile } from './support/compose-file.ts';
import { buy, demoAccount, newCustomer, type Reply, shopper } from './support/shop-client.ts';
import * as ops from './support/shop-operations.ts';
import { type StartedProcess, startCommand, startProcess } from './support/start-process.ts';

const hasRedis = process.env['PATH']?.split(':').some((folder) => existsSync(join(folder, 'redis-server')));
const root = fileURLToPath(new URL('..', import.meta.url));

it.skipIf(!hasRedis)(
  "runs as five built processes with compose's environment (skipped without a redis-server on the PATH)",
  async () => {
    execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'pipe' });
    const directory = await mkdtemp(join(tmpdir(), 'swiftcart-compose-'));
    const started: StartedProcess[] = [];
    try {
      const secretsFile = join(directory, '.env');
      await promisify(execFile)(process.execPath, ['dist/app/src/secrets.js', secretsFile], { cwd: root });
      const secrets = parseEnv(await readFile(secretsFile, 'utf8')) as Record<string, string>;
      const variables = { ...secrets, NODE_ENV: 'development', DEMO_PASSWORD: 'swiftcart-demo-1' };
      const compose = readComposeFile();
      const names = ['users', 'catalog', 'delivery', 'orders', 'gateway'];
      const ports: Record<string, number> = {};
      for (const name of [...names, 'redis']) ports[name] = await freePort();
      await using database = await startEmbeddedMongodb({ port: 0, memory: true });

      /** The container's value, with every service's host name turned into a port on this machine. */
      const local = (variable: string, value: string): string => {
        if (variable === 'MONGODB_URI') return database.url;
        if (variable === 'HOST') return '127.0.0.1';
        return value.replaceAll(/\/\/(\w+):\d+/g, (_all, host: string) => `//127.0.0.1:${ports[host]}`);
      };
      const redis = startCommand('redis-server', [
        '--port',
        String(ports['redis']),
        '--save',
        '',
        '--appendonly',
        'no',
      ]);
      started.push(redis);
      await redis.waitFor(/Ready to accept connections/);
      for (const name of names) {
        const environment = compose.services[name]?.environment ?? {};
        const env = Object.fromEntries(
          Object.entries(environment).map(([variable, value]) => [
            variable,
            local(variable, interpolate(String(value), variables)),
          ]),
        );
        const entry = name === 'gateway' ? 'dist/app/src/gateway.js' : `dist/subgraphs/${name}/src/main.js`;
        const each = startProcess(entry, { ...env, PORT: String(ports[name]), RATE_LIMITS: 'off' });
        started.push(each);
        await each.waitFor(/"started"/);
        const health = await fetch(`http://127.0.0.1:${ports[name]}/health/ready`);
        expect(health.status, name).toBe(200);
        expect(await (await fetch(`http://127.0.0.1:${ports[name]}/metrics`)).text()).toContain('swiftcart_');
      }

      const url = `http://127.0.0.1:${ports['gateway']}/graphql`;
      const customer = await newCustomer(url);
      const operator = await demoAccount(url, 'operator');
      const { nodes } = (await customer.send(ops.SEARCH, { search: 'milk', first: 1 })).products;
      const { order } = await buy(customer, [{ productId: nodes[0].id, quantity: 1 }]);
      await using sockets = createSubscriptionClient(url, { connectionParams: { ...customer.headers } });
      const stream = sockets.subscribe(ops.TRACK, { orderId: order.id, afterSequence: 0 });
      expect(((await stream.next(10_000)) as Reply).data.deliveryStatusChanged.event.to).toBe('PLACED');
      await operator.send(ops.UPDATE_STATUS, { input: { orderId: order.id, status: 'PACKED' } });
      expect((await stream.next(10_000)) as Reply).toMatchObject({
        data: {
          deliveryStatusChanged: {
            event: { to: 'PACKED' },
            deliveryStatus: { order: { customer: { name: 'Meera Iyer' } } },
          },
        },
      });

      // A subgraph called directly, without the gateway's word for the caller, tells nothing.
      const direct = await shopper(`http://127.0.0.1:${ports['users']}/graphql`, { ...customer.headers }).ask(
        '{ me { id } }',
      );
      expect(direct.errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');

      for (const each of started.slice(1).reverse()) {
        expect(await each.stop('SIGTERM'), each.output()).toBe(0);
        expect(each.output()).toMatch(/stopped\s*$/);
      }
    } finally {
      for (const each of started) await each.stop('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    }
  },
);

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
