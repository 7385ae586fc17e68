import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { drainInBatches } from '../../src/subscriptions/drain-in-batches.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Peer {
  readonly name: number;
  isAnswering: boolean;
}

const peers = (count: number) =>
  new Set<Peer>(Array.from({ length: count }, (_, name) => ({ name, isAnswering: false })));

test('spreads the endings evenly over the time it has, and ends each once although it is slow to go', () => {
  const open = peers(100);
  const ended: number[] = [];
  using _draining = drainInBatches(open, ({ name }) => ended.push(name), 1_000);
  const after: number[] = [];
  for (let ms = 0; ms < 1_000; ms += 50) {
    after.push(ended.length);
    vi.advanceTimersByTime(50);
  }
  expect(after).toEqual(Array.from({ length: 20 }, (_, index) => (index + 1) * 5));
  expect(ended).toEqual(Array.from({ length: 100 }, (_, name) => name));
  expect(vi.getTimerCount()).toBe(0);
});

test('lets what is answering finish, and waits no longer than it has', () => {
  const open = peers(4);
  const [first, second] = open;
  if (first === undefined || second === undefined) throw new Error('unreachable');
  first.isAnswering = true;
  second.isAnswering = true;
  const ended: number[] = [];
  using _draining = drainInBatches(open, ({ name }) => ended.push(name), 400);
  vi.advanceTimersByTime(100);
  expect(ended).toEqual([2, 3]);
  first.isAnswering = false;
  vi.advanceTimersByTime(50);
  expect(ended).toEqual([2, 3, 0]);
  vi.advanceTimersByTime(250);
  expect(ended).toEqual([2, 3, 0, 1]);
});
