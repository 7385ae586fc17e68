import { expect, test } from 'vitest';
import { tokenMail } from './account-mail.ts';
import { mailBodies } from './mail-layout.ts';

test('shows names as text, because people choose their own', () => {
  const { html, text } = mailBodies({ subject: 'Hi', greeting: '<img src=x onerror=alert(1)>', paragraphs: ['"&\''] });
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(html).toContain('&quot;&amp;&#39;');
  expect(text).toContain('Hello <img');
});

test('keeps a subject on one line, so that it cannot add headers', () => {
  expect(mailBodies({ subject: 'a\r\nBcc: all@example.com', greeting: 'Asha', paragraphs: [] }).subject).toBe(
    'a Bcc: all@example.com',
  );
});

test('links to the shop where it is known, and names the token in any case', () => {
  const mail = { purpose: 'reset-password', name: 'Asha', token: 'abc' } as const;
  const linked = mailBodies(tokenMail({ ...mail, shopUrl: 'https://shop.example/' }));
  expect(linked.html).toContain('href="https://shop.example/reset-password?token=abc"');
  expect(mailBodies(tokenMail({ ...mail, shopUrl: undefined })).text).toContain(': abc');
});
