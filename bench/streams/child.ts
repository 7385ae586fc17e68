import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process that does what it is asked, one request at a time. */
export interface Child extends AsyncDisposable {
  request<Answer>(command: object): Promise<Answer>;
}

/** Starts `file` (beside this one) and waits until it can be asked. Rejects when it ends before it answers. */
export async function startChild(file: string, execArgv: readonly string[] = []): Promise<Child> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    execArgv: ['--import', 'tsx', ...execArgv],
    serialization: 'advanced',
  });
  await nextMessage(child, file);
  return {
    async request<Answer>(command: object): Promise<Answer> {
      child.send(command);
      return (await nextMessage(child, file)) as Answer;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function nextMessage(child: ChildProcess, file: string): Promise<unknown> {
  const ending = new AbortController();
  const exited = once(child, 'exit', ending).then(([code]) => {
    throw new Error(`${file} ended with ${String(code)}.`);
  });
  try {
    const [message] = (await Promise.race([once(child, 'message', ending), exited])) as [{ failure?: string }];
    if (message.failure !== undefined) throw new Error(`${file}: ${message.failure}`);
    return message;
  } finally {
    ending.abort();
    exited.catch(() => undefined);
  }
}

/** The other side: answers commands until the parent lets go, then ends. */
export function answerParent<Command>(answer: (command: Command) => Promise<object> | object): void {
  process.on('message', (command: Command) => {
    Promise.resolve()
      .then(() => answer(command))
      .then(
        (result) => process.send?.(result),
        (error: unknown) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
      );
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ isReady: true });
}
