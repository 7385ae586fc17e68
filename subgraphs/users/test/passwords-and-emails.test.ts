import type { Viewer } from '@swiftcart/identity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callers } from './callers.ts';
import {
  type AuthAnswer,
  authSelection,
  codesOf,
  login,
  password,
  refresh,
  signUp,
  startUsers,
  type UsersFixture,
} from './users-fixture.ts';

let shop: UsersFixture;
beforeAll(async () => {
  shop = await startUsers();
});
afterAll(() => shop[Symbol.asyncDispose]());

const nobody = callers.anonymous();
type Payload = { userErrors: { code: string; field: string[] | null }[] } & Record<string, unknown>;

async function run<Answer = Payload>(
  viewer: Viewer,
  field: string,
  variables: Record<string, string> = {},
): Promise<Answer> {
  const declared = Object.keys(variables).map((name) => `$${name}: String!`);
  const head = declared.length === 0 ? 'mutation' : `mutation (${declared.join(', ')})`;
  const { data, errors } = await shop.request<Record<string, Answer>>(
    viewer,
    `${head} { answer: ${field} }`,
    variables,
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data['answer'] as Answer;
}

const verifyEmail = (viewer: Viewer, token: string) =>
  run(viewer, 'verifyEmail(token: $token) { user { email isEmailVerified } userErrors { code field } }', { token });
const requestReset = (email: string) =>
  run(
    nobody,
    'requestPasswordReset(email: $email) { challengeId expiresAt retryAfterSeconds userErrors { code field retryAfterSeconds } }',
    { email },
  );
const reset = (token: string, newPassword: string) =>
  run<AuthAnswer>(nobody, `resetPassword(token: $token, newPassword: $newPassword) ${authSelection}`, {
    token,
    newPassword,
  });
const changePassword = (viewer: Viewer, currentPassword: string, newPassword: string) =>
  run<AuthAnswer>(
    viewer,
    `changePassword(currentPassword: $currentPassword, newPassword: $newPassword) ${authSelection}`,
    { currentPassword, newPassword },
  );
const updateProfile = async (viewer: Viewer, input: object) => {
  const { data, errors } = await shop.request<{ updateProfile: Payload }>(
    viewer,
    `mutation ($input: UpdateProfileInput!) {
      updateProfile(input: $input) { user { name email isEmailVerified } userErrors { code field } } }`,
    { input },
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.updateProfile;
};

/** The token of the newest mail with a subject to an address; undefined when there is none. */
async function tokenMailedTo(email: string, subject: string): Promise<string | undefined> {
  const mails = (await shop.outbox('.eml')).filter(
    (mail) => mail.includes(`To: ${email}\r\n`) && mail.includes(subject),
  );
  const text = (mails.at(-1) ?? '').replace(/=\r\n/g, '').replace(/\r\n/g, ' ');
  return /once: ([\w-]{43})/.exec(text)?.[1];
}
const verification = 'Subject: Please verify your e-mail address';
const resetting = 'Subject: Set a new password';

async function verified(email: string) {
  const account = await signUp(shop, email);
  await verifyEmail(nobody, (await tokenMailedTo(email, verification)) ?? '');
  return account;
}

test('the token of the welcome mail verifies the address, once', async () => {
  const { viewer } = await signUp(shop, 'verify@example.com');
  const token = (await tokenMailedTo('verify@example.com', verification)) ?? '';
  expect(await verifyEmail(viewer, token)).toEqual({
    user: { email: 'verify@example.com', isEmailVerified: true },
    userErrors: [],
  });
  expect(codesOf(await verifyEmail(viewer, token))).toEqual(['TOKEN_INVALID']);
});

test('whoever clicks the link without being signed in learns nothing about the account', async () => {
  await signUp(shop, 'clicked@example.com');
  const token = (await tokenMailedTo('clicked@example.com', verification)) ?? '';
  expect(await verifyEmail(nobody, token)).toEqual({ user: null, userErrors: [] });
});

test('a verification can be asked for again after a minute, and not once it has happened', async () => {
  const { viewer } = await signUp(shop, 'again@example.com');
  const field =
    'requestEmailVerification { challengeId expiresAt retryAfterSeconds userErrors { code field retryAfterSeconds } }';
  expect(await run(viewer, field)).toMatchObject({ challengeId: null, retryAfterSeconds: 60, userErrors: [] });
  expect(codesOf(await run(viewer, field))).toEqual(['RATE_LIMITED']);
  await verifyEmail(viewer, (await tokenMailedTo('again@example.com', verification)) ?? '');
  expect(codesOf(await run(viewer, field))).toEqual(['INVALID']);
});

test('a token is refused when it is too old, foreign or not one at all', async () => {
  const { viewer } = await signUp(shop, 'stale@example.com');
  const token = (await tokenMailedTo('stale@example.com', verification)) ?? '';
  for (const text of ['', 'x', '{"$ne":null}', 'x'.repeat(100_000)]) {
    expect(codesOf(await verifyEmail(viewer, text))).toEqual(['TOKEN_INVALID']);
  }
  expect(codesOf(await reset(token, 'a-quite-new-one-1'))).toEqual(['TOKEN_INVALID']);
  shop.advance(24 * 60 * 60_000 + 1_000);
  expect(codesOf(await verifyEmail(viewer, token))).toEqual(['TOKEN_EXPIRED']);
});

test('a reset sets the password, signs in and ends every session that was open', async () => {
  const { session } = await verified('reset@example.com');
  await requestReset('RESET@example.com');
  const token = (await tokenMailedTo('reset@example.com', resetting)) ?? '';
  expect(codesOf(await reset(token, 'short'))).toEqual(['PASSWORD_TOO_WEAK']);
  const answer = await reset(token, 'papaya-shake-9');
  expect(answer.session?.user.email).toBe('reset@example.com');
  expect(codesOf(await refresh(shop, session.refreshToken))).toEqual(['TOKEN_INVALID']);
  expect(codesOf(await login(shop, 'reset@example.com', password))).toEqual(['INVALID_CREDENTIALS']);
  expect(codesOf(await login(shop, 'reset@example.com', 'papaya-shake-9'))).toEqual([]);
  expect(codesOf(await reset(token, 'another-one-3'))).toEqual(['TOKEN_INVALID']);
});

test('ten resets at once with one token set one password', async () => {
  await verified('reset-race@example.com');
  await requestReset('reset-race@example.com');
  const token = (await tokenMailedTo('reset-race@example.com', resetting)) ?? '';
  const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => reset(token, `papaya-shake-${index}`)));
  expect(answers.filter(({ session }) => session !== null)).toHaveLength(1);
});

test('a reset token dies with the password that it was sent for, and after half an hour', async () => {
  const { viewer } = await verified('outdated@example.com');
  await requestReset('outdated@example.com');
  const token = (await tokenMailedTo('outdated@example.com', resetting)) ?? '';
  await changePassword(viewer, password, 'papaya-shake-9');
  expect(codesOf(await reset(token, 'another-one-3'))).toEqual(['TOKEN_INVALID']);
  shop.advance(61_000);
  await requestReset('outdated@example.com');
  const second = (await tokenMailedTo('outdated@example.com', resetting)) ?? '';
  shop.advance(30 * 60_000 + 1);
  expect(codesOf(await reset(second, 'another-one-3'))).toEqual(['TOKEN_EXPIRED']);
});

test('unknown, unverified and verified addresses get the same answer, and only the last one a mail', async () => {
  await verified('real@example.com');
  await signUp(shop, 'typed@example.com');
  const answers = await Promise.all(['real', 'typed', 'unknown'].map((name) => requestReset(`${name}@example.com`)));
  for (const answer of answers) {
    expect(answer).toEqual({ challengeId: null, expiresAt: expect.any(String), retryAfterSeconds: 60, userErrors: [] });
  }
  expect(await tokenMailedTo('real@example.com', resetting)).toBeDefined();
  expect(await tokenMailedTo('typed@example.com', resetting)).toBeUndefined();
  for (const name of ['real', 'typed', 'unknown']) {
    expect(codesOf(await requestReset(`${name}@example.com`))).toEqual(['RATE_LIMITED']);
  }
  expect((await requestReset('no address')).userErrors).toMatchObject([{ code: 'INVALID', field: ['email'] }]);
});

test('a changed password needs the old one, ends the other sessions and gives a new one for this', async () => {
  const { viewer, session } = await signUp(shop, 'change@example.com');
  const other = (await login(shop, 'change@example.com')).session;
  expect(codesOf(await changePassword(viewer, 'wrong-one-1', 'papaya-shake-9'))).toEqual(['INVALID_CREDENTIALS']);
  expect(codesOf(await changePassword(viewer, password, 'change@example.com'))).toEqual(['PASSWORD_TOO_WEAK']);
  const changed = await changePassword(viewer, password, 'papaya-shake-9');
  expect(codesOf(changed)).toEqual([]);
  for (const ended of [session, other]) {
    expect(codesOf(await refresh(shop, ended?.refreshToken ?? ''))).toEqual(['TOKEN_INVALID']);
  }
  expect(codesOf(await refresh(shop, changed.session?.refreshToken ?? ''))).toEqual([]);
  expect(codesOf(await login(shop, 'change@example.com', 'papaya-shake-9'))).toEqual([]);
});

test('of ten password changes at once one wins', async () => {
  const { viewer } = await signUp(shop, 'change-race@example.com');
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => changePassword(viewer, password, `papaya-shake-${index}`)),
  );
  expect(answers.filter(({ session }) => session !== null)).toHaveLength(1);
});

test('a name changes at once', async () => {
  const { viewer } = await signUp(shop, 'name@example.com');
  expect(await updateProfile(viewer, { name: '  Asha   R. ' })).toMatchObject({
    user: { name: 'Asha R.' },
    userErrors: [],
  });
  expect(await updateProfile(viewer, {})).toMatchObject({ user: { name: 'Asha R.' }, userErrors: [] });
  expect((await updateProfile(viewer, { name: ' ' })).userErrors).toMatchObject([
    { code: 'INVALID', field: ['input', 'name'] },
  ]);
});

test('a new e-mail address needs the password, counts after its verification, and the old one is told', async () => {
  const { viewer } = await verified('old@example.com');
  const wanted = { email: 'New@example.com' };
  expect((await updateProfile(viewer, wanted)).userErrors).toEqual([
    { code: 'INVALID_CREDENTIALS', field: ['input', 'currentPassword'] },
  ]);
  const pending = await updateProfile(viewer, { ...wanted, currentPassword: password });
  expect(pending).toMatchObject({ user: { email: 'old@example.com', isEmailVerified: true }, userErrors: [] });
  expect(codesOf(await login(shop, 'new@example.com'))).toEqual(['INVALID_CREDENTIALS']);
  const token = (await tokenMailedTo('new@example.com', verification)) ?? '';
  expect((await verifyEmail(viewer, token))['user']).toEqual({ email: 'new@example.com', isEmailVerified: true });
  expect(codesOf(await login(shop, 'new@example.com'))).toEqual([]);
  expect(codesOf(await login(shop, 'old@example.com'))).toEqual(['INVALID_CREDENTIALS']);
  const told = (await shop.outbox('.eml')).filter(
    (mail) => mail.includes('To: old@example.com') && mail.includes('was changed'),
  );
  expect(told).toHaveLength(1);
});

test('an address can be neither taken from another account nor taken back by an old token', async () => {
  const { viewer } = await verified('mine@example.com');
  await signUp(shop, 'theirs@example.com');
  const taken = await updateProfile(viewer, { email: 'theirs@example.com', currentPassword: password });
  expect(taken.userErrors).toMatchObject([{ code: 'EMAIL_TAKEN', field: ['input', 'email'] }]);
  await updateProfile(viewer, { email: 'wanted@example.com', currentPassword: password });
  const token = (await tokenMailedTo('wanted@example.com', verification)) ?? '';
  await signUp(shop, 'wanted@example.com');
  expect(codesOf(await verifyEmail(viewer, token))).toEqual(['EMAIL_TAKEN']);
  await updateProfile(viewer, { email: 'first@example.com', currentPassword: password });
  const first = (await tokenMailedTo('first@example.com', verification)) ?? '';
  await updateProfile(viewer, { email: 'mine@example.com' });
  expect(codesOf(await verifyEmail(viewer, first))).toEqual(['TOKEN_INVALID']);
});
