import { expect, test } from 'vitest';
import { afterAttempt, maxMailAttempts } from './mail-delivery.ts';

const refused = { kind: 'refused', isPermanent: false } as const;

test.each([
  ['an accepted mail is done', { kind: 'accepted' }, 1, 'sent', 0],
  ['one that may have been taken is never sent again', { kind: 'unknown' }, 1, 'unknown', 0],
  ['one refused for good is not tried again', { kind: 'refused', isPermanent: true }, 1, 'failed', 0],
  ['one refused for now waits half a minute', refused, 1, 'pending', 30_000],
  ['then longer', refused, 3, 'pending', 120_000],
  ['but at most four hours', refused, maxMailAttempts - 1, 'pending', 4 * 60 * 60_000],
  ['and is given up in the end', refused, maxMailAttempts, 'failed', 0],
] as const)('%s', (_, result, attempts, state, waitMs) => {
  expect(afterAttempt(result, attempts)).toEqual({ state, waitMs });
});
