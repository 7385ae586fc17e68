import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startCommand, startProcess } from '../../support/start-process.ts';
import { buildServices } from './build-services.ts';
import { clusterEnvironments, type LinkPort, type ServiceName, serviceNames } from './cluster-environment.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { findFreePorts } from './free-ports.ts';
import { type SupervisedProcess, superviseProcess } from './supervised-process.ts';

export type ProcessName = ServiceName | 'database' | 'redis';
export const processNames: readonly ProcessName[] = [...serviceNames, 'database', 'redis'];

/** Who talks to whom; every one of these connections goes through a link of its own. */
const connections: readonly (readonly [ServiceName, ProcessName])[] = [
  ...(['users', 'catalog', 'orders', 'delivery'] as const).map((to) => ['gateway', to] as const),
  ...(['users', 'catalog', 'delivery'] as const).map((to) => ['orders', to] as const),
  ...(['users', 'catalog', 'orders', 'delivery'] as const).map((from) => [from, 'database'] as const),
  ...serviceNames.map((from) => [from, 'redis'] as const),
];
export const linkNames: readonly string[] = connections.map(([from, to]) => `${from}->${to}`);

/** The whole shop as seven processes on loopback, with a link between every two that talk. */
export interface Cluster extends AsyncDisposable {
  /** The gateway's GraphQL endpoint. */
  readonly url: string;
  /** Where a service itself listens, past all links; without a path. */
  urlOf(name: ServiceName): string;
  /** The database server itself, past all links. */
  readonly databaseUrl: string;
  process(name: ProcessName): SupervisedProcess;
  link(name: string): FaultProxy;
  waitUntilReady(timeoutMs: number): Promise<void>;
  /** Ends of processes that no fault caused. */
  surprises(): string[];
}

/** Starts everything at once under the given folder, each waiting for what it needs, and waits until all are ready. */
export async function startCluster(directory: string): Promise<Cluster> {
  const entryOf = await buildServices(directory);
  const free = await findFreePorts(processNames.length);
  const ports = Object.fromEntries(processNames.map((name, index) => [name, free[index]])) as Record<
    ProcessName,
    number
  >;
  const links = new Map<string, FaultProxy>();
  const processes = new Map<ProcessName, SupervisedProcess>();
  const dispose = async () => {
    await Promise.all([...processes.values()].map((each) => each[Symbol.asyncDispose]()));
    await Promise.all([...links.values()].map((each) => each[Symbol.asyncDispose]()));
  };
  const urlOf = (name: ServiceName) => `http://127.0.0.1:${ports[name]}`;
  const link = (name: string): FaultProxy => required(links.get(name), name);
  const process = (name: ProcessName): SupervisedProcess => required(processes.get(name), name);
  const linkPort: LinkPort = (from, to) => link(`${from}->${to}`).port;
  const waitUntilReady = async (timeoutMs: number) => {
    const waits = await Promise.allSettled([...processes.values()].map((each) => each.waitUntilReady(timeoutMs)));
    const reasons = waits.flatMap((wait) => (wait.status === 'rejected' ? [String(wait.reason)] : []));
    if (reasons.length > 0) throw new Error(reasons.join('\n'));
  };

  try {
    for (const [from, to] of connections) links.set(`${from}->${to}`, await startFaultProxy(ports[to]));
    for (const folder of ['database', 'redis']) await mkdir(join(directory, folder), { recursive: true });
    for (const [name, supervised] of stores(ports, directory)) processes.set(name, supervised);
    const environments = clusterEnvironments(ports, linkPort, directory);
    for (const name of serviceNames) {
      const health = `${urlOf(name)}/health/ready`;
      processes.set(
        name,
        superviseProcess({
          name,
          start: () => startProcess(entryOf(name), environments[name]),
          isReady: async () => (await fetch(health, { signal: AbortSignal.timeout(1_000) })).ok,
        }),
      );
    }
    await waitUntilReady(90_000);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    url: `${urlOf('gateway')}/graphql`,
    urlOf,
    databaseUrl: `mongodb://127.0.0.1:${ports.database}`,
    process,
    link,
    waitUntilReady,
    surprises: () => [...processes.values()].flatMap(({ surprises }) => surprises),
    [Symbol.asyncDispose]: dispose,
  };
}

/** The database and Redis, both made to survive their own death: one syncs every write, the other appends every command. */
function stores(ports: Record<ProcessName, number>, directory: string): [ProcessName, SupervisedProcess][] {
  const database = superviseProcess({
    name: 'database',
    start: () =>
      startCommand(globalThis.process.execPath, [
        'packages/embedded-mongodb/bin/embedded-mongodb.js',
        ...['--data', join(directory, 'database'), '--port', String(ports.database)],
      ]),
    isReady: () => pings(ports.database),
  });
  const redis = superviseProcess({
    name: 'redis',
    start: () =>
      startCommand('redis-server', [
        ...['--port', String(ports.redis), '--bind', '127.0.0.1', '--dir', join(directory, 'redis')],
        ...['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'],
      ]),
    isReady: () => answersPing(ports.redis),
  });
  return [
    ['database', database],
    ['redis', redis],
  ];
}

async function pings(port: number): Promise<boolean> {
  const timeouts = { serverSelectionTimeoutMS: 1_000, connectTimeoutMS: 1_000, socketTimeoutMS: 1_000 };
  const client = new MongoClient(`mongodb://127.0.0.1:${port}`, timeouts);
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } finally {
    await client.close();
  }
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const finish = (isReady: boolean) => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(1_000, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (chunk) => finish(chunk.toString().startsWith('+PONG')));
  });
}

function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`the cluster has no ${name}`);
  return value;
}
