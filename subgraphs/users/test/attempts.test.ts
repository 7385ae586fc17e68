import { expect, test } from 'vitest';
import { codesOf, login, refresh, register, signUp, startUsers, topLevelCode } from './users-fixture.ts';

const from = (address: string) => ({ 'x-client-address': address });

test('ten wrong passwords shut an account for a while, known or unknown, wherever they come from', async () => {
  await using shop = await startUsers();
  await signUp(shop, 'guessed@example.com');
  for (const email of ['guessed@example.com', 'nobody@example.com']) {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const answer = await login(shop, email, `guess-number-${attempt}`, from(`10.0.0.${attempt}`));
      expect(codesOf(answer)).toEqual(['INVALID_CREDENTIALS']);
    }
    const shut = await login(shop, email, undefined, from('10.0.0.99'));
    expect(shut.userErrors).toMatchObject([{ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) }]);
    expect(shut.userErrors[0]?.retryAfterSeconds).toBeGreaterThan(0);
    expect(shut.userErrors[0]?.retryAfterSeconds).toBeLessThanOrEqual(900);
  }
});

test('a burst of guesses gets no more tries than guesses one by one', async () => {
  await using shop = await startUsers();
  await signUp(shop, 'burst@example.com');
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => login(shop, 'burst@example.com', `guess-${index}`)),
  );
  expect(answers.flatMap(codesOf).filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(10);
});

test('a success forgets the failures before it, and costs the address nothing', async () => {
  await using shop = await startUsers({}, { LOGIN_ATTEMPTS_PER_ADDRESS: '12' });
  await signUp(shop, 'forgetful@example.com');
  for (let round = 0; round < 3; round += 1) {
    for (let attempt = 0; attempt < 3; attempt += 1)
      await login(shop, 'forgetful@example.com', 'wrong-one-1', from('10.1.1.1'));
    expect(codesOf(await login(shop, 'forgetful@example.com', undefined, from('10.1.1.1')))).toEqual([]);
  }
});

test('one address cannot try one password on many accounts, nor open accounts without end', async () => {
  await using shop = await startUsers({}, { LOGIN_ATTEMPTS_PER_ADDRESS: '5', REGISTRATIONS_PER_ADDRESS: '3' });
  const codes: string[] = [];
  for (let index = 0; index < 6; index += 1) {
    codes.push(...codesOf(await login(shop, `victim-${index}@example.com`, 'Summer2026!', from('10.2.2.2'))));
  }
  expect(codes).toEqual([...Array.from({ length: 5 }, () => 'INVALID_CREDENTIALS'), 'RATE_LIMITED']);
  expect(codesOf(await login(shop, 'victim-9@example.com', 'Summer2026!', from('10.2.2.3')))).toEqual([
    'INVALID_CREDENTIALS',
  ]);
  for (let index = 0; index < 3; index += 1)
    await register(shop, { email: `new-${index}@example.com` }, from('10.2.2.2'));
  expect(codesOf(await register(shop, { email: 'new-4@example.com' }, from('10.2.2.2')))).toEqual(['RATE_LIMITED']);
});

test('with limits switched off nothing is counted', async () => {
  await using shop = await startUsers({}, { RATE_LIMITS: 'off' });
  await signUp(shop, 'load@example.com');
  for (let attempt = 0; attempt < 12; attempt += 1) await login(shop, 'load@example.com', 'wrong-one-1');
  expect(codesOf(await login(shop, 'load@example.com'))).toEqual([]);
});

test('what no client of ours sends is refused with a code and changes nothing', async () => {
  await using shop = await startUsers({}, { RATE_LIMITS: 'off' });
  const { session } = await signUp(shop, 'sane@example.com');
  for (const text of ['a\0b', '\ud800', 'x'.repeat(100_000), '__proto__', 'constructor', '{"$gt":""}']) {
    expect(codesOf(await login(shop, text, text))).toEqual(['INVALID_CREDENTIALS']);
    expect(codesOf(await login(shop, 'sane@example.com', text))).toEqual(['INVALID_CREDENTIALS']);
    expect(codesOf(await refresh(shop, text))).toEqual(['TOKEN_INVALID']);
    expect(codesOf(await register(shop, { email: text }))).toEqual(['INVALID']);
  }
  for (const input of [
    { email: { $ne: null }, password: 'x' },
    { email: ['a'], password: 'x' },
    { email: null, password: 'x' },
  ]) {
    const answer = await shop.request(
      { kind: 'anonymous' },
      'mutation ($input: LoginInput!) { login(input: $input) { userErrors { code } } }',
      { input },
    );
    expect(topLevelCode(answer)).toBe('BAD_USER_INPUT');
  }
  expect(codesOf(await refresh(shop, session.refreshToken))).toEqual([]);
});
