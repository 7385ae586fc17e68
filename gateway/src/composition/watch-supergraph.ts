import { statSync } from 'node:fs';
import type { GraphStore, SupergraphSource } from './graph-store.ts';

/** How soon a changed file is noticed. */
const lookEveryMs = 1_000;

/**
 * Reloads the graph when its file changes and on SIGHUP. The file is looked at by time and size rather than through
 * file events: those are lost when a deployment swaps a symbolic link or mounts a new volume in its place.
 */
export function watchSupergraph(source: SupergraphSource, graphs: GraphStore): AsyncDisposable {
  if ('sdl' in source) return { [Symbol.asyncDispose]: async () => undefined };
  let seen = stampOf(source.path);
  const reload = () => void graphs.reload();
  const timer = setInterval(() => {
    const stamp = stampOf(source.path);
    if (stamp === seen) return;
    seen = stamp;
    reload();
  }, lookEveryMs);
  timer.unref();
  process.on('SIGHUP', reload);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      process.off('SIGHUP', reload);
    },
  };
}

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 'absent' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}
