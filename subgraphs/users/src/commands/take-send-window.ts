import type { RequestContext } from '../context.ts';

/** Milliseconds until another message of this kind may go there; 0 when this one may, and then the window is taken. */
export async function takeSendWindow(context: RequestContext, key: string, delayMs: number): Promise<number> {
  if (!context.config.rateLimits) return 0;
  return context.store.sendWindows.take(key, delayMs, context.now());
}
