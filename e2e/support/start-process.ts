import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A child process of a test: its output so far, and ways to wait for it and to end it. */
export interface StartedProcess {
  readonly child: ChildProcess;
  /** Everything it wrote to stdout and stderr so far. */
  output(): string;
  /** Resolves with the match once the output matches; rejects with the output when the process ends or time is up. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Resolves with the exit code when it ends by itself. */
  readonly exited: Promise<number | null>;
  /** Sends the signal and resolves with the exit code (null when a signal ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Starts a TypeScript entry or a built one with node from the repository's root, with only PATH, HOME and the given variables. */
export function startProcess(entry: string, env: Record<string, string>, args: readonly string[] = []): StartedProcess {
  const loader = entry.endsWith('.ts') ? ['--import', 'tsx'] : [];
  return startCommand(process.execPath, [...loader, entry, ...args], env);
}

/** Starts any command the same way. */
export function startCommand(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): StartedProcess {
  const inherited = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
  const entry = [command, ...args].join(' ');
  const child = spawn(command, args, { cwd: root, env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const exited = once(child, 'exit');

  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  };

  return {
    child,
    exited: exited.then(() => child.exitCode),
    output: () => output,
    stop,
    waitFor: (pattern, timeoutMs = 30_000) =>
      new Promise((resolve, reject) => {
        const finish = (act: () => void) => {
          clearTimeout(timer);
          listeners.delete(check);
          act();
        };
        const fail = (why: string) => finish(() => reject(new Error(`${entry} ${why} ${pattern}:\n${output}`)));
        const check = () => {
          const match = output.match(pattern);
          if (match) finish(() => resolve(match));
        };
        const timer = setTimeout(() => fail('did not print in time'), timeoutMs);
        listeners.add(check);
        void exited.then(() => fail('ended before it printed'));
        check();
      }),
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
    },
  };
}
