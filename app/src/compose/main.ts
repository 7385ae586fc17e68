// `npm run compose [-- --check] [-- --config supergraph.yaml]`
import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryPath } from '../repository-path.ts';
import { CompositionError, composeSupergraph } from './compose-supergraph.ts';
import { readSupergraphConfig, SupergraphConfigError } from './read-supergraph-config.ts';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    config: { type: 'string', default: repositoryPath('supergraph.yaml') },
    output: { type: 'string', default: repositoryPath('gateway') },
  },
});

try {
  const entries = await readSupergraphConfig(values.config);
  const { supergraphSdl, apiSdl } = await composeSupergraph(entries);
  const outputs = [
    { path: `${values.output}/supergraph.graphql`, text: supergraphSdl },
    { path: `${values.output}/schema.graphql`, text: apiSdl },
  ];
  for (const { path, text } of outputs) {
    const shown = relative(process.cwd(), path);
    const isCurrent = (await readFile(path, 'utf8').catch(() => undefined)) === text;
    if (isCurrent) console.log(`up to date  ${shown}`);
    else if (values.check) {
      console.error(`stale       ${shown}: run \`npm run compose\` and commit the result`);
      process.exitCode = 1;
    } else {
      await writeFile(path, text);
      console.log(`written     ${shown}`);
    }
  }
} catch (error) {
  if (!(error instanceof CompositionError || error instanceof SupergraphConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
