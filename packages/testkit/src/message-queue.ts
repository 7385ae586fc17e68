/** Keeps messages in order for a reader that comes later, with an end that is a completion or a failure. */
export interface MessageQueue<Message> {
  push(message: Message): void;
  end(): void;
  fail(reason: unknown): void;
  next(timeoutMs?: number): Promise<Message>;
  rest(timeoutMs?: number): Promise<Message[]>;
  readonly closed: Promise<void>;
}

type Ending = { kind: 'complete' } | { kind: 'failed'; error: Error };

export function createMessageQueue<Message>(): MessageQueue<Message> {
  const waiting: Message[] = [];
  const wakeUps = new Set<() => void>();
  let ending: Ending | undefined;
  const closed = deferred();
  // Whoever reads `next` learns of the failure there; an unread `closed` must not count as unhandled.
  closed.promise.catch(() => undefined);

  const wake = () => {
    for (const wakeUp of wakeUps) wakeUp();
  };
  const changed = (deadline: number) =>
    new Promise<boolean>((resolve) => {
      const finish = (inTime: boolean) => {
        clearTimeout(timer);
        wakeUps.delete(heard);
        resolve(inTime);
      };
      const heard = () => finish(true);
      const timer = setTimeout(() => finish(false), Math.max(0, deadline - Date.now()));
      wakeUps.add(heard);
    });

  async function next(timeoutMs = 5_000): Promise<Message> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const message = waiting.shift();
      if (message !== undefined) return message;
      if (ending?.kind === 'failed') throw ending.error;
      if (ending?.kind === 'complete') throw new Error('The stream completed before another message came.');
      if (!(await changed(deadline))) throw new Error(`No message came within ${timeoutMs} ms.`);
    }
  }

  return {
    push(message) {
      waiting.push(message);
      wake();
    },
    end() {
      ending ??= { kind: 'complete' };
      closed.resolve();
      wake();
    },
    fail(reason) {
      const error = toError(reason);
      ending ??= { kind: 'failed', error };
      closed.reject(error);
      wake();
    },
    next,
    async rest(timeoutMs = 5_000) {
      const deadline = Date.now() + timeoutMs;
      while (ending === undefined) {
        if (!(await changed(deadline))) throw new Error(`The stream did not end within ${timeoutMs} ms.`);
      }
      if (ending.kind === 'failed') throw ending.error;
      return waiting.splice(0);
    },
    closed: closed.promise,
  };
}

function deferred() {
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** graphql-ws fails a stream with a list of GraphQL errors, a close event, or an Error: `cause` keeps what it was. */
function toError(reason: unknown): Error {
  if (reason instanceof Error) return reason;
  if (Array.isArray(reason)) return new Error(reason.map((each) => each?.message).join('; '), { cause: reason });
  const { code, reason: text } = (reason ?? {}) as { code?: number; reason?: string };
  return new Error(`The socket closed: ${code ?? 'no code'} ${text ?? ''}`.trim(), { cause: reason });
}
