import { hash, verify } from '@node-rs/argon2';
import { isPasswordText, normalisePassword } from '../domain/password-policy.ts';

/** argon2id at OWASP's parameters (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane; about 30 ms. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** With no hash (no such account) the same work is done for the same time, and the answer is false. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>;
}

export async function createPasswordHasher(): Promise<PasswordHasher> {
  const hashOf = (password: string): Promise<string> => hash(normalisePassword(password), parameters);
  const nobodysHash = await hashOf('the account that does not exist');
  return {
    hash: hashOf,
    async verify(passwordHash, password) {
      const isText = isPasswordText(password);
      const matches = await verify(passwordHash ?? nobodysHash, isText ? normalisePassword(password) : '');
      return matches && isText && passwordHash !== undefined;
    },
  };
}
