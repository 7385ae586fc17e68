/** Where a connection takes messages, and whether it can take more now. */
export interface Outlet {
  /** False while what was written last is still waiting for the client to read. */
  readonly isReady: boolean;
  /** Calls once when it is ready again. */
  whenReady(listener: () => void): void;
}

export interface DeliveryQueueSettings {
  /** Messages that may wait for one subscriber. */
  readonly maxWaiting: number;
  /** How long more than that may wait before the consumer is given up. */
  readonly graceMs: number;
}

/** What waits for one subscriber, in order. */
export interface DeliveryQueue {
  push(payload: Buffer): void;
  /** Runs after everything that waits has been written; whatever is pushed later is not. */
  finish(last: () => void): void;
  clear(): void;
}

/** However short the grace, memory is bounded: nobody may have more than this many times the limit waiting. */
const hardLimitFactor = 8;

/**
 * Passes messages on while the client reads, and keeps them in order while it does not. A client that stays over the
 * limit is given up as a whole (`onOverrun`): it resumes after reconnecting. Nothing is ever left out silently.
 */
export function createDeliveryQueue(
  { maxWaiting, graceMs }: DeliveryQueueSettings,
  outlet: Outlet,
  write: (payload: Buffer) => void,
  onOverrun: () => void,
): DeliveryQueue {
  let waiting: (Buffer | (() => void))[] = [];
  let isListening = false;
  let grace: NodeJS.Timeout | undefined;
  let isOver = false;
  let isFinishing = false;

  function flush(): void {
    isListening = false;
    let taken = 0;
    while (taken < waiting.length && outlet.isReady) {
      const next = waiting[taken];
      taken += 1;
      if (typeof next === 'function') next();
      else if (next !== undefined) write(next);
    }
    waiting = taken === waiting.length ? [] : waiting.slice(taken);
    if (waiting.length <= maxWaiting) endGrace();
    listen();
  }

  function listen(): void {
    if (isListening || waiting.length === 0) return;
    isListening = true;
    outlet.whenReady(flush);
  }

  function endGrace(): void {
    clearTimeout(grace);
    grace = undefined;
  }

  function giveUp(): void {
    if (isOver) return;
    isOver = true;
    clear();
    onOverrun();
  }

  function clear(): void {
    endGrace();
    waiting = [];
  }

  return {
    push(payload) {
      if (isOver || isFinishing) return;
      if (waiting.length === 0 && outlet.isReady) return write(payload);
      waiting.push(payload);
      listen();
      if (waiting.length > maxWaiting * hardLimitFactor) return giveUp();
      if (waiting.length > maxWaiting && grace === undefined) {
        grace = setTimeout(giveUp, graceMs);
        grace.unref();
      }
    },
    finish(last) {
      if (isOver || isFinishing) return;
      isFinishing = true;
      if (waiting.length === 0) return last();
      waiting.push(last);
    },
    clear() {
      isOver = true;
      clear();
    },
  };
}
