/** A session that ended before its access tokens do. */
export interface Revocation {
  readonly sessionId: string;
  /** When the last access token of the session expires: until then it must be refused by name. */
  readonly until: Date;
}

/** Where revocations come from: those in force at start, and each as it happens. */
export interface RevocationSource {
  loadInitial(): Promise<readonly Revocation[]>;
  listen(onRevoked: (revocation: Revocation) => void): Promise<AsyncDisposable>;
}

/** The sessions whose tokens are refused although they still verify. */
export interface RevokedSessions extends AsyncDisposable {
  has(sessionId: string): boolean;
  /** Tells of each new revocation at once; returns how to stop listening. */
  onRevoked(listener: (sessionId: string) => void): () => void;
}

const sweepEveryMs = 60_000;

/** Listens before it loads, so that no revocation falls between the two. Rejects when the source cannot be reached. */
export async function createRevokedSessions(source: RevocationSource | undefined): Promise<RevokedSessions> {
  const until = new Map<string, number>();
  const listeners = new Set<(sessionId: string) => void>();
  const add = ({ sessionId, until: end }: Revocation) => {
    until.set(sessionId, Math.max(until.get(sessionId) ?? 0, end.getTime()));
    for (const listener of listeners) listener(sessionId);
  };
  const subscription = await source?.listen(add);
  try {
    for (const revocation of (await source?.loadInitial()) ?? []) add(revocation);
  } catch (error) {
    await subscription?.[Symbol.asyncDispose]();
    throw error;
  }

  const sweep = setInterval(() => {
    for (const [sessionId, end] of until) if (end < Date.now()) until.delete(sessionId);
  }, sweepEveryMs);
  sweep.unref();

  return {
    has: (sessionId) => until.has(sessionId),
    onRevoked(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(sweep);
      await subscription?.[Symbol.asyncDispose]();
    },
  };
}
