import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Inside the repository, so that bundles find `node_modules`; made anew at each run. */
export const bundleDirectory = `${root}node_modules/.cache/swiftcart-bench`;

/**
 * Bundles process entries as `npm run build` does, so that what is measured is what ships: a loader that compiles at
 * run time also changes the code. Answers where each bundle is, by the entry's file name without its ending.
 */
export async function bundleProcesses(entries: readonly string[]): Promise<ReadonlyMap<string, string>> {
  await build({
    absWorkingDir: root,
    entryPoints: [...entries],
    outdir: bundleDirectory,
    outbase: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
    plugins: [
      {
        name: 'bundle-workspaces-only',
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || path.startsWith('@swiftcart/') ? undefined : { path, external: true },
          );
        },
      },
    ],
  });
  return new Map(
    entries.map((entry) => [basename(entry, '.ts'), `${bundleDirectory}/${entry.replace(/\.ts$/, '.js')}`]),
  );
}
