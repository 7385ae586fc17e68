import type { RevocationSource } from '../../src/index.ts';

/** Sessions that a test ends when it likes. */
export function scriptedRevocations(): { readonly source: RevocationSource; revoke(sessionId: string): void } {
  const listeners = new Set<Parameters<RevocationSource['listen']>[0]>();
  return {
    source: {
      loadInitial: async () => [],
      async listen(onRevoked) {
        listeners.add(onRevoked);
        return { [Symbol.asyncDispose]: async () => void listeners.delete(onRevoked) };
      },
    },
    revoke(sessionId) {
      for (const listener of listeners) listener({ sessionId, until: new Date(Date.now() + 60_000) });
    },
  };
}
