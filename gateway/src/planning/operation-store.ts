import { LRUCache } from 'lru-cache';
import type { Graph } from '../composition/load-graph.ts';
import { parseOperation, validateOperation } from './parsed-operation.ts';
import { type PreparedOperation, prepareOperation } from './prepared-operation.ts';

export interface OperationStoreSettings {
  readonly maxTokens: number;
  readonly maxValidationErrors: number;
  /** Whether clients may read the schema. */
  readonly introspection: boolean;
  /** Runs once per operation text, before it is kept: throws OperationRefusedError. */
  check(prepared: PreparedOperation): void;
}

/** Parsed, validated, planned operations of each graph, by their text. */
export interface OperationStore {
  /** Throws OperationRefusedError. */
  prepare(graph: Graph, text: string, operationName: string | undefined): PreparedOperation;
}

/** Clients choose the texts, so the store is bounded by count and by text; refused texts are not kept. */
export function createOperationStore(settings: OperationStoreSettings): OperationStore {
  const perGraph = new WeakMap<Graph, LRUCache<string, PreparedOperation>>();
  return {
    prepare(graph, text, operationName) {
      const cache = cacheOf(perGraph, graph);
      const key = `${operationName ?? ''}\n${text}`;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const document = parseOperation(text, settings.maxTokens);
      const parsed = validateOperation(graph, document, operationName, settings);
      const prepared = prepareOperation(graph, parsed);
      settings.check(prepared);
      cache.set(key, prepared);
      return prepared;
    },
  };
}

function cacheOf(perGraph: WeakMap<Graph, LRUCache<string, PreparedOperation>>, graph: Graph) {
  let cache = perGraph.get(graph);
  if (cache === undefined) {
    cache = new LRUCache({ max: 2_000, maxSize: 4_000_000, sizeCalculation: (_operation, key) => key.length });
    perGraph.set(graph, cache);
  }
  return cache;
}
