import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface BuiltProcess extends AsyncDisposable {
  /** Its file, for `node`. */
  readonly path: string;
}

/** One bundle for all crash tests: dozens of processes start from it, and starting from sources costs a second each. */
export async function buildCrashingProcess(): Promise<BuiltProcess> {
  // Below node_modules, so that git ignores it and packages are still found from there.
  const parent = here('../node_modules/.cache');
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(`${parent}/crash-`);
  const path = `${directory}/test/crashing-process.mjs`;
  await build({
    entryPoints: [here('crashing-process.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    plugins: [
      {
        name: 'bundle-workspaces-only',
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
            kind === 'entry-point' || name.startsWith('@swiftcart/') ? undefined : { path: name, external: true },
          );
        },
      },
    ],
  });
  // Found relative to the bundle as it is relative to the sources.
  await cp(here('../schema.graphql'), `${directory}/schema.graphql`);
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}
