/** A signal that fires with its parent's, or when time is up. */
export interface DeadlineSignal {
  readonly signal: AbortSignal;
  /** Must be called once nobody waits any more. */
  release(): void;
}

/**
 * Not `AbortSignal.any` over `AbortSignal.timeout`: Node 20 may collect that timeout while it is waited for, and then
 * the deadline never fires and everything that listens stays in memory, some half a kilobyte a fetch.
 */
export function withDeadline(parent: AbortSignal | undefined, timeoutMs: number): DeadlineSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException('The deadline passed.', 'TimeoutError')), timeoutMs);
  const unlink = abortWith(parent, controller);
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer);
      unlink();
    },
  };
}

/** Aborts the controller when its parent aborts; what it returns must be called when that is no longer wanted. */
export function abortWith(parent: AbortSignal | undefined, controller: AbortController): () => void {
  if (parent === undefined) return () => undefined;
  const abort = () => controller.abort(parent.reason);
  if (parent.aborted) abort();
  else parent.addEventListener('abort', abort, { once: true });
  return () => parent.removeEventListener('abort', abort);
}
