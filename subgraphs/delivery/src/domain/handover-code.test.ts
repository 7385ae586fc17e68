import { describe, expect, it } from 'vitest';
import { checkHandoverCode, formatHandoverCode } from './handover-code.ts';

describe('handover code', () => {
  it('keeps leading zeros, because it is read aloud as four digits', () => {
    expect(formatHandoverCode(7)).toBe('0007');
    expect(formatHandoverCode(9999)).toBe('9999');
  });

  it('accepts the code with stray blanks, as a phone keyboard adds them', () => {
    expect(checkHandoverCode({ code: '0123', wrongTries: 4 }, ' 0123 ')).toEqual({ kind: 'match' });
  });

  it('counts wrong tries and calls for a new code at the fifth', () => {
    let handover = { code: '0123', wrongTries: 0 };
    for (const triesLeft of [4, 3, 2, 1]) {
      const check = checkHandoverCode(handover, '9999');
      expect(check).toMatchObject({ kind: 'mismatch', triesLeft });
      if (check.kind === 'mismatch') handover = check.handover;
    }
    expect(checkHandoverCode(handover, '9999')).toEqual({ kind: 'reissue' });
  });
});
