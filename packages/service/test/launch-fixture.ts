import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('fixture-process.ts', import.meta.url));

/** A real process as every service runs one, with what it prints. */
export function launchFixture(env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script], { env: { ...process.env, ...env } });
  const output = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output.err += chunk;
  });
  const exit = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }));
  return {
    child,
    exit,
    output,
    async saw(text: string): Promise<void> {
      while (!output.out.includes(text)) await once(child.stdout as NodeJS.ReadableStream, 'data');
    },
    async url(): Promise<string> {
      while (!output.out.includes('\n')) await once(child.stdout as NodeJS.ReadableStream, 'data');
      return output.out.split('\n')[0] ?? '';
    },
    /** Waits until the address answers with the status. */
    async answers(url: string, status: number): Promise<void> {
      while ((await fetch(url).catch(() => undefined))?.status !== status) {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output.err}`);
        await sleep(20);
      }
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}
