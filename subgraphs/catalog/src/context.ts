import { unauthenticated } from '@swiftcart/graphql';
import type { AssertionVerifier, Viewer } from '@swiftcart/identity';
import { correlationIdOf, HEADERS, type SubgraphRequest } from '@swiftcart/service';
import type { CatalogConfig } from './config.ts';
import { type CatalogLoaders, createLoaders } from './loaders.ts';
import type { StockLedger } from './stock-ledger.ts';
import type { CatalogStore } from './store/create-store.ts';

/** What the process keeps for all requests. */
export interface CatalogApp {
  store: CatalogStore;
  config: CatalogConfig;
  ledger: StockLedger;
  now(): Date;
  /** After a write that left an event in a document: have it sent now instead of at the next round. */
  eventsWritten(): void;
  /** Counts a reservation's outcome for `/metrics`. */
  countReservation(outcome: 'held' | 'refused'): void;
}

/** What one operation works with. Loaders live as long, so nobody is answered from another's reads. */
export interface CatalogContext {
  app: CatalogApp;
  viewer: Viewer;
  correlationId: string;
  loaders: CatalogLoaders;
}

/** Identifies the caller by the signed assertion alone. Throws UNAUTHENTICATED without a valid one: clients have no business here. */
export function createRequestContext(
  app: CatalogApp,
  verifier: AssertionVerifier,
  request: SubgraphRequest,
): CatalogContext {
  const viewer = verifier.verify(request.headers[HEADERS.identity]);
  if (viewer === undefined) throw unauthenticated('This subgraph is called through the gateway only.');
  return {
    app,
    viewer,
    correlationId: correlationIdOf(request.headers),
    loaders: createLoaders(app.store, app.config),
  };
}
