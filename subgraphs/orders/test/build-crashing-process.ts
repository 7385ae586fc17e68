import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the MongoDB driver would use if it were installed. */
const optionalParts = [
  '@aws-sdk/credential-providers',
  '@mongodb-js/zstd',
  'aws4',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'snappy',
  'socks',
];

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
    // Packages too: finding and reading hundreds of their files is half of a start.
    external: optionalParts,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  // Found relative to the bundle as it is relative to the sources.
  await cp(here('../schema.graphql'), `${directory}/schema.graphql`);
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}
