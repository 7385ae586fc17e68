// `npm run secrets`: writes the keys that production needs to .env, once; an existing .env is never touched.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { generateKeyPair, type KeyPair } from '@swiftcart/identity';

const [accessTokens, gateway, orders] = [generateKeyPair(), generateKeyPair(), generateKeyPair()];
/** One line in an env file: readers turn the two characters \n back into a line end. */
const oneLine = ({ privateKeyPem }: KeyPair) => privateKeyPem.trim().replaceAll('\n', '\\n');
const lines = [
  '# Written by `npm run secrets`. Keep it out of version control; every process gets only the lines it needs.',
  `JWT_PRIVATE_KEY='${oneLine(accessTokens)}'`,
  `REFRESH_TOKEN_KEY='${randomBytes(32).toString('base64url')}'`,
  `GATEWAY_PRIVATE_KEY='${oneLine(gateway)}'`,
  `ORDERS_PRIVATE_KEY='${oneLine(orders)}'`,
  `TRUSTED_SERVICE_KEYS='${JSON.stringify({ keys: [gateway.publicJwk, orders.publicJwk] })}'`,
];
const path = process.argv[2] ?? '.env';
try {
  await writeFile(path, `${lines.join('\n')}\n`, { flag: 'wx', mode: 0o600 });
  console.log(`written ${path}`);
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  console.error(`${path} exists already and is left as it is; name another file, or remove it first.`);
  process.exitCode = 1;
}
