// `npm run build [-- FOLDER]`: one bundle per process under dist/ (or FOLDER), with node_modules beside it left as they are.
import { cp, readFile, rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { repositoryPath } from './repository-path.ts';

const supergraph = parse(await readFile(repositoryPath('supergraph.yaml'), 'utf8')) as { subgraphs: object };
const subgraphs = Object.keys(supergraph.subgraphs);
const entryPoints = [
  ...subgraphs.map((name) => `subgraphs/${name}/src/main.ts`),
  ...['gateway', 'create-admin', 'events', 'health-check', 'secrets'].map((name) => `app/src/${name}.ts`),
];
const files = ['gateway/supergraph.graphql', ...subgraphs.map((name) => `subgraphs/${name}/schema.graphql`)];
const dist = resolve(process.argv[2] ?? repositoryPath('dist'));

await rm(dist, { recursive: true, force: true });
await build({
  absWorkingDir: repositoryPath('.'),
  entryPoints,
  outdir: dist,
  // The layout of the sources is kept, so that a file found relative to its source is found relative to its bundle.
  outbase: repositoryPath('.'),
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
await Promise.all(files.map((file) => cp(repositoryPath(file), `${dist}/${file}`)));
console.log(`built ${entryPoints.length} processes into ${relative('.', dist) || '.'}/`);
