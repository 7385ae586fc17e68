// `npm run dev`: one process, five ports, so that every subgraph can be opened by itself; composes first.
import { spawnSync } from 'node:child_process';
import { repositoryPath } from './repository-path.ts';
import { runShop } from './run-shop.ts';

const composed = spawnSync(process.execPath, ['--import', 'tsx', repositoryPath('app/src/compose/main.ts')], {
  cwd: repositoryPath('.'),
  encoding: 'utf8',
});
if (composed.status !== 0) {
  process.stderr.write(composed.stderr);
  process.exit(1);
}
await runShop('five-ports', process.env);
