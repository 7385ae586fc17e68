import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Ready, Use } from './server-process.ts';

export type Mode = 'memory' | 'log' | 'synced';

export interface MeasuredServer extends AsyncDisposable, Ready {
  use(question?: 'use' | 'memory'): Promise<Use>;
}

/** Starts the database in its own process; disposing stops it cleanly. */
export async function startServer(mode: Mode, directory = ''): Promise<MeasuredServer> {
  const entry = fileURLToPath(new URL('./server-process.ts', import.meta.url));
  const child = fork(entry, [mode, directory], { execArgv: ['--expose-gc', '--import', 'tsx'] });
  const exited = once(child, 'exit');
  const failed = exited.then(([code]) => Promise.reject(new Error(`the server ended with ${code}`)));
  failed.catch(() => undefined);
  const [ready] = (await Promise.race([once(child, 'message'), failed])) as [Ready];
  return {
    ...ready,
    async use(question = 'use') {
      const answer = once(child, 'message');
      child.send(question);
      const [use] = (await Promise.race([answer, failed])) as [Use];
      return use;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
