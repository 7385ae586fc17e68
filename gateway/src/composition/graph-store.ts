import { readFile } from 'node:fs/promises';
import type { Logger } from '@swiftcart/service';
import { type Graph, loadGraph } from './load-graph.ts';

export type SupergraphSource = { readonly path: string } | { readonly sdl: string };

/** Holds the graph that new requests run on. */
export interface GraphStore {
  readonly current: Graph;
  /** Reads the source again. A changed and valid file becomes current; a broken one is logged and changes nothing. */
  reload(): Promise<void>;
  /** Called after each change with the new graph. */
  onChange(listener: (graph: Graph) => void | Promise<void>): void;
}

/** Rejects when the source cannot be read or loaded: a gateway without a graph is of no use. */
export async function createGraphStore(source: SupergraphSource, logger: Logger): Promise<GraphStore> {
  const read = () => ('sdl' in source ? Promise.resolve(source.sdl) : readFile(source.path, 'utf8'));
  const listeners: ((graph: Graph) => void | Promise<void>)[] = [];
  let current = await loadGraph(await read());
  let reloading: Promise<void> = Promise.resolve();

  async function replace(): Promise<void> {
    let next: Graph;
    try {
      next = await loadGraph(await read());
    } catch (error) {
      logger.error({ err: error }, 'supergraph not replaced: the file could not be loaded, the old graph stays');
      return;
    }
    if (next.version === current.version) return;
    current = next;
    logger.info({ version: next.version }, 'supergraph replaced');
    for (const listener of listeners) {
      try {
        await listener(next);
      } catch (error) {
        logger.error({ err: error }, 'a part of the gateway did not follow the new supergraph');
      }
    }
  }

  return {
    get current() {
      return current;
    },
    reload() {
      reloading = reloading.then(replace);
      return reloading;
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
