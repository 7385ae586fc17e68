import { expect, test } from 'vitest';
import { isPasswordText, normalisePassword, weakness } from './password-policy.ts';

const about = ['asha@example.com', 'Asha Ramachandran'];

test.each([
  ['swiftcart-demo-1', undefined],
  ['12 mangoes', undefined],
  [`${'x'.repeat(40)}abc`, undefined],
  ['नमस्ते दुनिया', undefined],
  ['short1!', 'PASSWORD_TOO_WEAK'],
  ['', 'PASSWORD_TOO_WEAK'],
  ['Password123', 'PASSWORD_TOO_WEAK'],
  ['aaaaaaaaaaaa', 'PASSWORD_TOO_WEAK'],
  ['ASHA@example.com', 'PASSWORD_TOO_WEAK'],
  ['asha ramachandran', 'PASSWORD_TOO_WEAK'],
  ['abcdefg1'.repeat(16), undefined],
  [`${'abcdefg1'.repeat(16)}x`, 'INVALID'],
  ['abcdefgh\0', 'INVALID'],
  ['abcdefgh\ud800', 'INVALID'],
  ['x'.repeat(100_000), 'INVALID'],
])('judges password %# by length and by what attackers try first', (password, code) => {
  expect(weakness(password, about, ['input', 'password'])?.code).toBe(code);
});

test('takes the same keys typed on two systems for one password', () => {
  expect(normalisePassword('cafe\u0301 au lait')).toBe(normalisePassword('caf\u00e9 au lait'));
});

test('never lets an enormous text reach the hash', () => {
  expect(isPasswordText('x'.repeat(513))).toBe(false);
  expect(isPasswordText('x'.repeat(512))).toBe(true);
});
