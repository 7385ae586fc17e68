import { expect, test } from 'vitest';
import { normaliseEmail } from './email-address.ts';

test.each([
  ['Asha@Example.COM', 'asha@example.com'],
  ['  asha.rao+shop@mail.example.in ', 'asha.rao+shop@mail.example.in'],
  [`o'neil@example.com`, `o'neil@example.com`],
  [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ['a@xn--bcher-kva.example', 'a@xn--bcher-kva.example'],
])('%j is one mailbox however it is spelt', (written, email) => {
  expect(normaliseEmail(written)).toBe(email);
});

test.each([
  '',
  'asha',
  '@example.com',
  'asha@',
  'asha@localhost',
  'asha@@example.com',
  'a b@example.com',
  '.asha@example.com',
  'asha..rao@example.com',
  'asha@-example.com',
  'asha@example..com',
  'asha@10.0.0.1',
  'аsha@example.com', // a Cyrillic а, which looks like a Latin one
  'asha\0@example.com',
  'asha@example.com\nBcc: all@example.com',
  'asha\ud800@example.com',
  `${'a'.repeat(65)}@example.com`,
  `a@${'b.'.repeat(130)}com`,
  'x'.repeat(100_000),
])('refuses what no mail could reach or what imitates another address: %#', (text) => {
  expect(normaliseEmail(text)).toBeUndefined();
});
