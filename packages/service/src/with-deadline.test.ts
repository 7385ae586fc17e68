import { getEventListeners, once } from 'node:events';
import { expect, test } from 'vitest';
import { withDeadline } from './with-deadline.ts';

test('fires when time is up, and says so', async () => {
  const { signal } = withDeadline(new AbortController().signal, 1);
  if (!signal.aborted) await once(signal, 'abort');
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});

test("fires with its parent's reason, also when the parent has fired before", () => {
  const parent = new AbortController();
  const before = withDeadline(parent.signal, 60_000);
  parent.abort('the client left');
  const after = withDeadline(parent.signal, 60_000);
  expect([before.signal.reason, after.signal.reason]).toEqual(['the client left', 'the client left']);
  for (const { release } of [before, after]) release();
});

test('leaves nothing behind on a parent that outlives it: one caller makes many calls', () => {
  const parent = new AbortController();
  const { release, signal } = withDeadline(parent.signal, 60_000);
  expect(getEventListeners(parent.signal, 'abort')).toHaveLength(1);
  release();
  expect(getEventListeners(parent.signal, 'abort')).toHaveLength(0);
  parent.abort();
  expect(signal.aborted).toBe(false);
});
