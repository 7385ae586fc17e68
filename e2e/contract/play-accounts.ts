import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Reply, type Shopper, shopper } from '../support/shop-client.ts';
import type { Stage } from './stage.ts';

/** Every operation and refusal of accounts, addresses, sessions and administration. */
export async function playAccounts({ recorder, url, dataDirectory, admin, database }: Stage): Promise<void> {
  const guest = shopper(url);
  const stamp = Date.now();
  const email = `contract.${stamp}@example.test`;
  const phone = `+9198${String(stamp).slice(-8)}`;
  const password = 'correct horse battery 9';
  const register = (fields: string) => recorder.call(guest, 'mutation', 'register', `(input: { ${fields} })`);
  const signedIn = ({ session }: Reply): Shopper => shopper(url, { authorization: `Bearer ${session.accessToken}` });

  const registered = await register(
    `name: "Kavya Nair", email: "${email}", password: "${password}", phone: "${phone}"`,
  );
  const customer = signedIn(registered);
  const id: string = registered.session.user.id;
  await register(`name: "Kavya Nair", email: "${email}", password: "${password}"`); // EMAIL_TAKEN
  await register(`name: "Kavya Nair", email: "other.${email}", password: "short"`); // PASSWORD_TOO_WEAK
  await register(`name: "Kavya Nair", email: "no address", password: "${password}"`); // INVALID
  await recorder.call(guest, 'mutation', 'login', `(input: { email: "${email}", password: "wrong one" })`);
  const login = await recorder.call(
    guest,
    'mutation',
    'login',
    `(input: { email: "${email}", password: "${password}" })`,
  );

  // Refresh twice, then show the first one again: reuse ends the session.
  const refresh = (token: string) => recorder.call(guest, 'mutation', 'refreshSession', `(refreshToken: "${token}")`);
  const expiring = await recorder.call(
    guest,
    'mutation',
    'login',
    `(input: { email: "${email}", password: "${password}" })`,
  );
  const second = await refresh(login.session.refreshToken);
  await refresh((await refresh(second.session.refreshToken)).session.refreshToken);
  await refresh(login.session.refreshToken); // TOKEN_REUSED
  await refresh('no such token'); // TOKEN_INVALID
  const sessions = database.db('swiftcart_users').collection<{ _id: string }>('sessions');
  const [, claims = ''] = expiring.session.accessToken.split('.');
  const { sid } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  await sessions.updateOne({ _id: sid }, { $set: { expiresAt: new Date(0) } });
  await refresh(expiring.session.refreshToken); // TOKEN_EXPIRED

  // Phone: a signed-in user makes it his own with a code by SMS; wrong, unknown, old and right.
  const otp = await recorder.call(customer, 'mutation', 'requestOtp', `(phone: "${phone}")`);
  const verify = (viewer: Shopper, challenge: string, digits: string) =>
    recorder.call(viewer, 'mutation', 'verifyOtp', `(challengeId: "${challenge}", code: "${digits}")`);
  const code = await waitForMessage(dataDirectory, 'sms', /\b(\d{6})\b/, phone);
  await verify(customer, otp.challengeId, code === '000000' ? '000001' : '000000'); // OTP_INVALID
  await verify(customer, otp.challengeId, code);
  const late = await recorder.call(customer, 'mutation', 'requestOtp', `(phone: "+9197${String(stamp).slice(-8)}")`);
  const past = new Date(0);
  await database
    .db('swiftcart_users')
    .collection('otpChallenges')
    .updateMany({}, { $set: { expiresAt: past } });
  await verify(customer, late.challengeId, '123456'); // OTP_EXPIRED
  await recorder.call(guest, 'mutation', 'requestOtp', '(phone: "letters")');
  await register(`name: "Kavya Nair", email: "third.${email}", password: "${password}", phone: "${phone}"`); // PHONE_TAKEN

  // E-mail: verified by the mail's token, reset by another.
  await recorder.call(customer, 'mutation', 'requestEmailVerification');
  const verification = await waitForMessage(dataDirectory, '', VERIFICATION, email);
  await recorder.call(guest, 'mutation', 'verifyEmail', '(token: "unknown")');
  await recorder.call(guest, 'mutation', 'verifyEmail', `(token: "${verification}")`);
  await recorder.call(guest, 'mutation', 'requestPasswordReset', `(email: "${email}")`);
  const reset = await waitForMessage(dataDirectory, '', RESET, email);
  await recorder.call(guest, 'mutation', 'resetPassword', `(token: "unknown", newPassword: "${password} a")`);
  const afterReset = await recorder.call(
    guest,
    'mutation',
    'resetPassword',
    `(token: "${reset}", newPassword: "${password} b")`,
  );
  await recorder.call(guest, 'mutation', 'resetPassword', `(token: "${reset}", newPassword: "${password} c")`);
  let current = signedIn(afterReset);
  const change = (from: string, to: string) =>
    recorder.call(current, 'mutation', 'changePassword', `(currentPassword: "${from}", newPassword: "${to}")`);
  await change('wrong', `${password} d`);
  const changed = await change(`${password} b`, `${password} d`);
  if (changed.session) current = signedIn(changed);

  // Profile and addresses.
  await recorder.call(current, 'mutation', 'updateProfile', '(input: { name: "Kavya N" })');
  await recorder.call(current, 'mutation', 'updateProfile', '(input: { name: "" })');
  const address = 'label: "Home", line1: "4 Temple Street", line2: "Flat 2", city: "Bengaluru", pincode: "560003"';
  const place = 'landmark: "Opposite the park", latitude: 12.99, longitude: 77.57, isDefault: true';
  const saved = await recorder.call(current, 'mutation', 'saveAddress', `(input: { ${address}, ${place} })`);
  await recorder.call(current, 'mutation', 'saveAddress', `(id: "adr_unknown", input: { ${address} })`);
  await recorder.call(current, 'query', 'me');
  await recorder.call(current, 'mutation', 'deleteAddress', `(id: "${saved.user.addresses[0].id}")`);
  await recorder.call(current, 'mutation', 'markNotificationsRead', '(ids: ["ntf_unknown"])');

  // Administration.
  await recorder.call(admin, 'query', 'user', `(id: "${id}")`);
  await recorder.call(admin, 'query', 'users', '(search: "kavya", first: 5)');
  await recorder.call(admin, 'mutation', 'setUserRoles', `(userId: "${id}", roles: [CUSTOMER, RIDER])`);
  await recorder.call(admin, 'mutation', 'setUserRoles', '(userId: "usr_unknown", roles: [CUSTOMER])');
  await recorder.call(admin, 'mutation', 'setUserBlocked', `(userId: "${id}", blocked: true, reason: "Contract test")`);
  await recorder.call(guest, 'mutation', 'login', `(input: { email: "${email}", password: "${password} d" })`);
  await recorder.call(admin, 'mutation', 'setUserBlocked', `(userId: "${id}", blocked: false)`);

  // Sessions, ended one by one and all together.
  const again = await recorder.call(
    guest,
    'mutation',
    'login',
    `(input: { email: "${email}", password: "${password} d" })`,
  );
  await recorder.call(guest, 'mutation', 'login', `(input: { email: "${email}", password: "${password} d" })`);
  const me = await recorder.call(signedIn(again), 'query', 'me');
  const foreign = me.sessions.find((session: Reply) => !session.isCurrent);
  await recorder.call(signedIn(again), 'mutation', 'endSession', `(sessionId: "${foreign.id}")`);
  await recorder.call(signedIn(again), 'mutation', 'endSession', '(sessionId: "ses_unknown")');
  const third = await recorder.call(
    guest,
    'mutation',
    'login',
    `(input: { email: "${email}", password: "${password} d" })`,
  );
  await recorder.call(signedIn(third), 'mutation', 'logout');
  await recorder.call(signedIn(again), 'mutation', 'logoutEverywhere');
}

/** How our mails name a token when the shop has no pages to link to: they differ in how long it lives. */
const VERIFICATION = /24 hours and once:\s+([A-Za-z0-9_-]{20,})/;
const RESET = /30 minutes and once:\s+([A-Za-z0-9_-]{20,})/;

/** Waits for a message file that mentions the recipient and gives the pattern's first group in the newest of them. */
async function waitForMessage(
  dataDirectory: string,
  prefix: string,
  pattern: RegExp,
  recipient: string,
): Promise<string> {
  const folder = join(dataDirectory, 'outbox');
  for (let attempt = 0; attempt < 100; attempt += 1) {
    for (const file of (await readdir(folder).catch(() => [])).sort().reverse()) {
      if (!file.startsWith(prefix)) continue;
      const text = (await readFile(join(folder, file), 'utf8')).replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=');
      if (!text.includes(recipient)) continue;
      const [, found] = text.match(pattern) ?? [];
      if (found !== undefined) return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no message to ${recipient} came`);
}
