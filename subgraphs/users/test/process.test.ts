import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createEnvReader } from '@swiftcart/service';
import { expect, test } from 'vitest';
import { readUsersConfig } from '../src/index.ts';

async function run(env: Record<string, string>) {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], { env: { PATH: process.env['PATH'], ...env } });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = await once(child, 'exit');
  return { code, stderr };
}

test('a process names everything that is missing or malformed and stops', async () => {
  const { code, stderr } = await run({ ACCESS_TOKEN_TTL_SECONDS: 'soon', RATE_LIMITS: 'maybe' });
  expect(code).toBe(1);
  for (const name of ['MONGODB_URI', 'REDIS_URL', 'TRUSTED_SERVICE_KEYS', 'ACCESS_TOKEN_TTL_SECONDS', 'RATE_LIMITS']) {
    expect(stderr).toContain(name);
  }
});

test('in production the signing key is required and limits stay on', async () => {
  const { code, stderr } = await run({
    NODE_ENV: 'production',
    MONGODB_URI: 'mongodb://127.0.0.1:1',
    REDIS_URL: 'redis://127.0.0.1:1',
    TRUSTED_SERVICE_KEYS: '{"keys":[]}',
    RATE_LIMITS: 'off',
  });
  expect(code).toBe(1);
  expect(stderr).toContain('JWT_PRIVATE_KEY');
  expect(stderr).toContain('RATE_LIMITS');
});

test('every limit has its variable', () => {
  const env = createEnvReader({ LOGIN_ATTEMPTS_PER_ACCOUNT: '3', SMTP_URL: 'http://no-mail-server' });
  expect(readUsersConfig(env).limits.loginPerAccount.points).toBe(3);
  expect(() => env.assertValid()).toThrow('SMTP_URL');
});
