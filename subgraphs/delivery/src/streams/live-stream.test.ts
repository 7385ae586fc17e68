import { describe, expect, it } from 'vitest';
import { createLiveStream, type Turn } from './live-stream.ts';

function counting(turns: Turn<number>[], signal?: AbortSignal) {
  let notify = () => {};
  let released = 0;
  const stream = createLiveStream<number>({
    open: (onChange) => {
      notify = onChange;
      return () => {
        released += 1;
      };
    },
    take: () => turns.shift(),
    signal,
  });
  return {
    stream,
    add: (...more: Turn<number>[]) => {
      turns.push(...more);
      notify();
    },
    released: () => released,
  };
}

describe('live stream', () => {
  it('hands values over in order, those there and those that come while a reader waits', async () => {
    const { stream, add } = counting([{ value: 1 }]);
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    const waiting = [stream.next(), stream.next()];
    add({ value: 2 }, { value: 3 });
    expect(await Promise.all(waiting)).toEqual([
      { done: false, value: 2 },
      { done: false, value: 3 },
    ]);
  });

  it('ends a waiting reader at once when it is returned, and releases exactly once', async () => {
    const { stream, released } = counting([]);
    const waiting = stream.next();
    await stream.return();
    await stream.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(released()).toBe(1);
  });

  it('releases when it ends or fails by itself, because nobody calls return then', async () => {
    const ending = counting([{ end: true }]);
    expect((await ending.stream.next()).done).toBe(true);
    expect(ending.released()).toBe(1);
    const failing = counting([{ error: new Error('lost') }]);
    await expect(failing.stream.next()).rejects.toThrow('lost');
    expect(failing.released()).toBe(1);
    expect((await failing.stream.next()).done).toBe(true);
  });

  it('ends with its signal, also one that fired before it was opened', async () => {
    const leaving = new AbortController();
    const { stream, released } = counting([], leaving.signal);
    const waiting = stream.next();
    leaving.abort();
    expect((await waiting).done).toBe(true);
    expect(released()).toBe(1);
    expect(counting([], AbortSignal.abort()).released()).toBe(1);
  });
});
