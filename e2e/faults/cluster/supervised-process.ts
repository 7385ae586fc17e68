import { setTimeout as sleep } from 'node:timers/promises';
import type { StartedProcess } from '../../support/start-process.ts';

/** A process that may be killed and stopped at will, and that is started again when it ends by itself, as under any orchestrator. */
export interface SupervisedProcess extends AsyncDisposable {
  readonly name: string;
  /** Resolves when it answers that it is ready; rejects after `timeoutMs`. */
  waitUntilReady(timeoutMs: number): Promise<void>;
  /** SIGKILL; it stays down until `restart`. */
  kill(): Promise<void>;
  restart(): void;
  /** SIGSTOP: alive for the kernel, silent for everybody else. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Ends that nobody caused, with the last lines of output. */
  readonly surprises: readonly string[];
}

/** `isReady` may throw: that counts as not ready. */
export function superviseProcess(options: {
  name: string;
  start(): StartedProcess;
  isReady(): Promise<boolean>;
}): SupervisedProcess {
  const { name, start, isReady } = options;
  const surprises: string[] = [];
  let wanted = true;
  let isOver = false;
  let current: StartedProcess;

  function launch(): void {
    const started = start();
    current = started;
    started.child.once('exit', (code, signal) => {
      if (!wanted || current !== started) return;
      surprises.push(`${name} ended by itself (${signal ?? code}): ${started.output().trim().slice(-600)}`);
      // Long enough that a start that keeps failing, for want of its database, does not eat the machine.
      setTimeout(() => wanted && current === started && launch(), 1_000).unref();
    });
  }

  launch();
  return {
    name,
    surprises,
    async waitUntilReady(timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      while (!(await isReady().catch(() => false))) {
        if (Date.now() > deadline) {
          throw new Error(
            `${name} (pid ${current.child.pid}) was not ready within ${timeoutMs} ms: ${current.output().trim().slice(-4_000)}`,
          );
        }
        await sleep(150);
      }
    },
    async kill() {
      wanted = false;
      await current.stop('SIGKILL');
    },
    restart() {
      // A run that is stopped from outside may still have a fault under way.
      if (isOver) return;
      wanted = true;
      launch();
    },
    pause: () => void current.child.kill('SIGSTOP'),
    resume: () => void current.child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      isOver = true;
      wanted = false;
      await current.stop('SIGKILL');
    },
  };
}
