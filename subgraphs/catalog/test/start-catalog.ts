import { createMemoryBus, type DomainEvent } from '@swiftcart/events';
import type { Viewer } from '@swiftcart/identity';
import { createLogger, createMetrics, HEADERS, type HttpServer } from '@swiftcart/service';
import {
  createGraphqlClient,
  type GraphqlReply,
  startDatabase,
  type TestDatabase,
  testIdentity,
} from '@swiftcart/testkit';
import mongoose, { type Connection } from 'mongoose';
import { type CatalogOptions, type CatalogService, createCatalogService } from '../src/index.ts';

/** The catalogue on a real port and a real database of its own, and a client that can be anybody. */
export interface TestCatalog extends AsyncDisposable {
  service: CatalogService;
  http: HttpServer;
  database: TestDatabase;
  /** The stored documents themselves, for invariants. */
  connection: Connection;
  /** Every event that was published so far. */
  events: DomainEvent[];
  ask<Data>(viewer: Viewer, query: string, variables?: object): Promise<GraphqlReply<Data>>;
  /** The data of an answer without errors. */
  data<Data>(viewer: Viewer, query: string, variables?: object): Promise<Data>;
}

export interface TestCatalogOptions extends Partial<Pick<CatalogOptions, 'now' | 'upkeepIntervalMs' | 'maxCounted'>> {
  isSeeded?: boolean;
}

export async function startCatalog({ isSeeded = true, ...options }: TestCatalogOptions = {}): Promise<TestCatalog> {
  const database = await startDatabase();
  const logger = createLogger({ name: 'catalog', level: process.env['LOG_LEVEL'] ?? 'fatal' });
  const metrics = createMetrics({ service: 'catalog' });
  const bus = createMemoryBus();
  const events: DomainEvent[] = [];
  await bus.listen({ topic: 'catalog', handler: (event) => void events.push(event) });
  const identity = testIdentity('catalog');
  const databaseName = database.name('swiftcart_catalog');
  const service = await createCatalogService({
    mongodbUri: database.url,
    databaseName,
    bus,
    logger,
    metrics,
    trustedKeys: identity.jwks,
    isProduction: false,
    ...options,
  });
  if (isSeeded) await service.seedCatalogue();
  const http = await service.listen({ host: '127.0.0.1', port: 0 });
  const connection = await mongoose.createConnection(database.url, { dbName: databaseName }).asPromise();
  const client = createGraphqlClient(http.url);
  // One signer for all its calls, as the real orders service has: making one costs more than a request.
  const orders = identity.signerOf('orders');
  const headersOf = (viewer: Viewer) =>
    viewer.kind === 'service' && viewer.service === 'orders'
      ? { [HEADERS.identity]: orders.forService('catalog') }
      : identity.headersFor(viewer);
  const ask: TestCatalog['ask'] = (viewer, query, variables) =>
    client.request(query, variables, { headers: headersOf(viewer) });
  return {
    service,
    http,
    database,
    connection,
    events,
    ask,
    async data<Data>(viewer: Viewer, query: string, variables?: object): Promise<Data> {
      const { data, errors } = await ask<Data>(viewer, query, variables);
      if (errors !== undefined || data === null) throw new Error(`Expected data, got ${JSON.stringify(errors)}`);
      return data;
    },
    async [Symbol.asyncDispose]() {
      await connection.close();
      await http[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
