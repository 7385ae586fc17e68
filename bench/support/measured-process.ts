import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Question } from './report-cpu.ts';

/** What a process has used so far. */
export interface ProcessUse {
  readonly cpuMicroseconds: number;
  readonly rssBytes: number;
}

/** A process whose CPU time is measured from outside its own code. */
export interface MeasuredProcess extends AsyncDisposable {
  readonly pid: number;
  use(): Promise<ProcessUse>;
  startProfile(): Promise<void>;
  /** Writes what was profiled to a file. */
  stopProfile(path: string): Promise<void>;
  /** Resolves with the match once its output matches. Rejects with the output when it ends or a minute passes. */
  waitFor(pattern: RegExp): Promise<RegExpMatchArray>;
}

export interface MeasuredProcessOptions {
  readonly entry: string;
  /** The bundled `report-cpu`. */
  readonly reporter: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** For entries that are not bundled. */
  readonly isTypeScript?: boolean;
}

/** Starts a node process with PATH, HOME and the given variables only. */
export function startMeasured(options: MeasuredProcessOptions): MeasuredProcess {
  const { entry, reporter, args = [], env, isTypeScript = false } = options;
  const child = fork(entry, [...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    execArgv: [...(isTypeScript ? ['--import', 'tsx'] : []), ...['--import', reporter]],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output = listenTo(child);
  let questions = 0;
  const ask = (question: Omit<Question, 'id'>): Promise<ProcessUse> => {
    questions += 1;
    const id = questions;
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        child.off('message', onMessage);
        child.off('exit', onExit);
        act();
      };
      const onMessage = (answer: ProcessUse & { id: number }) => {
        if (answer.id === id) finish(() => resolve(answer));
      };
      const onExit = () => finish(() => reject(new Error(`${entry} ended:\n${output.text()}`)));
      child.on('message', onMessage);
      child.once('exit', onExit);
      child.send({ ...question, id });
    });
  };
  return {
    pid: child.pid ?? 0,
    waitFor: output.waitFor,
    use: () => ask({ ask: 'use' }),
    startProfile: async () => void (await ask({ ask: 'startProfile' })),
    stopProfile: async (path) => void (await ask({ ask: 'stopProfile', path })),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function listenTo(child: ChildProcess) {
  let text = '';
  const checks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      // A chatty process must not fill memory; what it said first and last is what anybody looks for.
      text = text.length > 100_000 ? `${text.slice(0, 20_000)}\n...\n${chunk}` : text + String(chunk);
      for (const check of checks) check();
    });
  }
  return {
    text: () => text,
    waitFor: (pattern: RegExp) =>
      new Promise<RegExpMatchArray>((resolve, reject) => {
        const finish = (act: () => void) => {
          clearTimeout(timer);
          checks.delete(check);
          child.off('exit', onExit);
          act();
        };
        const onExit = () => finish(() => reject(new Error(`the process ended:\n${text}`)));
        const check = () => {
          const match = pattern.exec(text);
          if (match) finish(() => resolve(match));
        };
        const timer = setTimeout(
          () => finish(() => reject(new Error(`waited in vain for ${pattern}:\n${text}`))),
          60_000,
        );
        checks.add(check);
        child.once('exit', onExit);
        check();
      }),
  };
}
