import { expect, test } from 'vitest';
import { checkRegistration } from './registration.ts';

const good = { name: ' Asha   Rao ', email: 'Asha@Example.com', password: 'mango-lassi-7', phone: '98765 43210' };

test('stores what was typed in one spelling', () => {
  expect(checkRegistration(good)).toEqual({
    ok: true,
    value: {
      name: 'Asha Rao',
      email: 'asha@example.com',
      password: 'mango-lassi-7',
      phone: '+919876543210',
      guestCartToken: null,
    },
  });
});

test.each([
  [{ name: '   ' }, ['INVALID name']],
  [{ name: 'x'.repeat(101) }, ['INVALID name']],
  [{ name: 'Asha\0' }, ['INVALID name']],
  [{ name: 'Asha\ud800Rao' }, ['INVALID name']],
  [{ name: 'Asha\u202eoaR' }, ['INVALID name']],
  [{ email: 'nowhere' }, ['INVALID email']],
  [{ password: 'short' }, ['PASSWORD_TOO_WEAK password']],
  [{ phone: '12' }, ['INVALID phone']],
  [{ guestCartToken: '{"$ne":null}' }, ['INVALID guestCartToken']],
  [{ name: '', email: '', password: '' }, ['INVALID name', 'INVALID email', 'PASSWORD_TOO_WEAK password']],
])('tells every mistake at once and names its field: %j', (change, expected) => {
  const outcome = checkRegistration({ ...good, ...change });
  const said = outcome.ok ? [] : outcome.refusals.map(({ code, field }) => `${code} ${field?.[1]}`);
  expect(said).toEqual(expected);
});
