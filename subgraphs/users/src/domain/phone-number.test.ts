import { expect, test } from 'vitest';
import { normalisePhone } from './phone-number.ts';

test.each([
  ['9876543210', '+919876543210'],
  ['09876543210', '+919876543210'],
  ['919876543210', '+919876543210'],
  ['+91 98765-43210', '+919876543210'],
  ['(+91) 98765 43210', undefined],
  ['+1 (415) 555-0132', '+14155550132'],
  ['14155550132', undefined],
  ['+91 1234567890', undefined],
  ['1234567890', undefined],
  ['+0123456789', undefined],
  ['12345', undefined],
  ['', undefined],
  ['98765\u000043210', undefined],
  ['9'.repeat(100_000), undefined],
  ['९८७६५४३२१०', undefined],
])('reads %j as %j, so that one phone is one account', (text, phone) => {
  expect(normalisePhone(text)).toBe(phone);
});
