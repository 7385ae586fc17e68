import type { Viewer } from '@swiftcart/identity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callers } from './callers.ts';
import {
  type AuthAnswer,
  authSelection,
  codesOf,
  signUp,
  startUsers,
  type UsersFixture,
  viewerOf,
} from './users-fixture.ts';

let shop: UsersFixture;
beforeAll(async () => {
  shop = await startUsers();
});
afterAll(() => shop[Symbol.asyncDispose]());

interface OtpAnswer {
  challengeId: string | null;
  expiresAt: string | null;
  retryAfterSeconds: number | null;
  userErrors: { code: string; field: string[] | null; retryAfterSeconds: number | null }[];
}

async function request(viewer: Viewer, phone: string): Promise<OtpAnswer> {
  const { data, errors } = await shop.request<{ requestOtp: OtpAnswer }>(
    viewer,
    `mutation ($phone: String!) { requestOtp(phone: $phone) {
      challengeId expiresAt retryAfterSeconds userErrors { code field retryAfterSeconds } } }`,
    { phone },
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.requestOtp;
}

async function verify(viewer: Viewer, challengeId: string | null, code: string): Promise<AuthAnswer> {
  const { data, errors } = await shop.request<{ verifyOtp: AuthAnswer }>(
    viewer,
    `mutation ($id: ID!, $code: String!) { verifyOtp(challengeId: $id, code: $code) ${authSelection} }`,
    { id: challengeId, code },
  );
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.verifyOtp;
}

/** The code of the newest message to a phone; undefined when none was sent. */
async function codeSentTo(phone: string): Promise<string | undefined> {
  const messages = (await shop.outbox('.txt')).filter((text) => text.startsWith(`To: ${phone}\n`));
  return /\b\d{6}\b/.exec(messages.at(-1)?.split('\n\n')[1] ?? '')?.[0];
}

/** An account with a verified phone. */
async function withPhone(email: string, phone: string) {
  const account = await signUp(shop, email);
  const { challengeId } = await request(account.viewer, phone);
  const answer = await verify(account.viewer, challengeId, (await codeSentTo(phone)) ?? '');
  expect(codesOf(answer)).toEqual([]);
  shop.advance(31_000);
  return account;
}

const nobody = callers.anonymous();
const wrong = (code: string | undefined): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

test('a signed-in user makes a phone his own, and signs in with it afterwards', async () => {
  const { viewer } = await withPhone('phone@example.com', '+919876500001');
  const me = await shop.request(viewer, '{ me { phone isPhoneVerified } }');
  expect(me.data).toEqual({ me: { phone: '+919876500001', isPhoneVerified: true } });
  const challenge = await request(nobody, '98765 00001');
  expect(challenge).toMatchObject({
    challengeId: expect.stringMatching(/^otp_/),
    retryAfterSeconds: 30,
    userErrors: [],
  });
  expect(Date.parse(challenge.expiresAt ?? '') - shop.now().getTime()).toBeLessThanOrEqual(5 * 60_000);
  const { session } = await verify(nobody, challenge.challengeId, (await codeSentTo('+919876500001')) ?? '');
  expect(session?.user.id).toBe(viewer.userId);
  expect(session && viewerOf(session).sessionId).not.toBe(viewer.sessionId);
});

test('an unknown and an unverified number get the same answer as a known one, and no message', async () => {
  await withPhone('otp-known@example.com', '+919876500002');
  await shop.request(
    nobody,
    `mutation { register(input: { name: "A", email: "otp-typed@example.com", password: "mango-lassi-7", phone: "9876500003" }) { userErrors { code } } }`,
  );
  const answers = await Promise.all(['9876500002', '9876500003', '9876500004'].map((phone) => request(nobody, phone)));
  for (const answer of answers) {
    expect(Object.keys(answer)).toEqual(Object.keys(answers[0] ?? {}));
    expect(answer).toMatchObject({
      challengeId: expect.stringMatching(/^otp_/),
      retryAfterSeconds: 30,
      userErrors: [],
    });
  }
  expect(await codeSentTo('+919876500003')).toBeUndefined();
  expect(await codeSentTo('+919876500004')).toBeUndefined();
  expect(codesOf(await verify(nobody, answers[2]?.challengeId ?? null, '000000'))).toEqual(['OTP_INVALID']);
});

test('codes are random: twenty messages bring more than ten different ones', async () => {
  const { viewer } = await signUp(shop, 'random@example.com');
  const codes = new Set<string>();
  for (let index = 10; index < 30; index += 1) {
    await request(viewer, `98765001${index}`);
    codes.add((await codeSentTo(`+9198765001${index}`)) ?? '');
  }
  expect(codes.size).toBeGreaterThan(10);
});

test('the sixth try fails even with the right code, and so does the same code twice', async () => {
  await withPhone('tries@example.com', '+919876500005');
  const { challengeId } = await request(nobody, '+919876500005');
  const code = (await codeSentTo('+919876500005')) ?? '';
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    expect(codesOf(await verify(nobody, challengeId, wrong(code)))).toEqual(['OTP_INVALID']);
  }
  expect(codesOf(await verify(nobody, challengeId, code))).toEqual(['OTP_INVALID']);
  shop.advance(31_000);
  const next = await request(nobody, '+919876500005');
  const nextCode = (await codeSentTo('+919876500005')) ?? '';
  for (let attempt = 1; attempt <= 4; attempt += 1) await verify(nobody, next.challengeId, wrong(nextCode));
  expect((await verify(nobody, next.challengeId, nextCode)).userErrors).toEqual([]);
  expect(codesOf(await verify(nobody, next.challengeId, nextCode))).toEqual(['OTP_INVALID']);
});

test('one code sent twenty times at once signs in exactly once', async () => {
  await withPhone('burst@example.com', '+919876500006');
  const { challengeId } = await request(nobody, '+919876500006');
  const code = (await codeSentTo('+919876500006')) ?? '';
  const answers = await Promise.all(Array.from({ length: 20 }, () => verify(nobody, challengeId, code)));
  expect(answers.filter(({ session }) => session !== null)).toHaveLength(1);
});

test('a code ends after five minutes', async () => {
  await withPhone('late@example.com', '+919876500007');
  const { challengeId } = await request(nobody, '+919876500007');
  shop.advance(5 * 60_000 + 1);
  const code = (await codeSentTo('+919876500007')) ?? '';
  expect(codesOf(await verify(nobody, challengeId, code))).toEqual(['OTP_EXPIRED']);
});

test('another code can be had after half a minute, known number or not', async () => {
  for (const phone of ['+919876500007', '+919876599999']) {
    shop.advance(31_000);
    expect((await request(nobody, phone)).userErrors).toEqual([]);
    const again = await request(nobody, phone);
    expect(again.userErrors).toEqual([{ code: 'RATE_LIMITED', field: null, retryAfterSeconds: expect.any(Number) }]);
    expect(again.userErrors[0]?.retryAfterSeconds).toBeLessThanOrEqual(30);
    expect(again).toMatchObject({ challengeId: null, expiresAt: null, retryAfterSeconds: null });
    shop.advance(31_000);
    expect((await request(nobody, phone)).userErrors).toEqual([]);
  }
});

test("a code for making a phone one's own works for the account that asked and for nobody else", async () => {
  const asker = await signUp(shop, 'asker@example.com');
  const thief = await signUp(shop, 'thief@example.com');
  const { challengeId } = await request(asker.viewer, '+919876500008');
  const code = (await codeSentTo('+919876500008')) ?? '';
  expect(codesOf(await verify(nobody, challengeId, code))).toEqual(['OTP_INVALID']);
  expect(codesOf(await verify(thief.viewer, challengeId, code))).toEqual(['OTP_INVALID']);
  expect((await verify(asker.viewer, challengeId, code)).session?.user.id).toBe(asker.viewer.userId);
});

test("a verified phone stays its account's: another can neither register it nor take it", async () => {
  await withPhone('holder@example.com', '+919876500009');
  const other = await signUp(shop, 'taker@example.com');
  const { challengeId } = await request(other.viewer, '+919876500009');
  const code = (await codeSentTo('+919876500009')) ?? '';
  expect(codesOf(await verify(other.viewer, challengeId, code))).toEqual(['PHONE_TAKEN']);
  const registered = await shop.request<{ register: AuthAnswer }>(
    nobody,
    `mutation { register(input: { name: "A", email: "x@example.com", password: "mango-lassi-7", phone: "9876500009" }) ${authSelection} }`,
  );
  expect(registered.data?.register.userErrors).toMatchObject([{ code: 'PHONE_TAKEN', field: ['input', 'phone'] }]);
});

test.each(['', '12', '+0000000000', '9876\u0000543210', '9'.repeat(100_000)])(
  'refuses %# as a phone number',
  async (phone) => {
    expect((await request(nobody, phone)).userErrors).toMatchObject([{ code: 'INVALID', field: ['phone'] }]);
  },
);

test.each(['', '__proto__', 'otp_unknown', '{"$gt":""}', 'x'.repeat(10_000)])(
  'an id that is no challenge looks like a wrong code: %#',
  async (id) => {
    expect(codesOf(await verify(nobody, id, '000000'))).toEqual(['OTP_INVALID']);
  },
);
