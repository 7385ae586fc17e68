import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A refresh token taken apart: `<session id>.<generation>.<secret>`. */
export interface RefreshToken {
  sessionId: string;
  generation: number;
  secret: string;
}

/** A token that was replaced more often than this is not looked into: each step costs a hash. */
const maxStepsBehind = 2_000;

/**
 * Refresh tokens as a chain: each secret is the HMAC of its predecessor under a key of the server (rules.md, "Accounts").
 * So whoever lost an answer can be given the same successor again, and an old token proves that it was issued by leading
 * to the current one, although only the current one's hash is stored. Nobody without the key can walk the chain.
 */
export interface RefreshTokens {
  first(sessionId: string): RefreshToken;
  successorOf(token: RefreshToken): RefreshToken;
  hashOf(token: RefreshToken): string;
  /** Rotations between the token and the one whose hash is stored; null when it was never issued for that session. */
  stepsBehind(token: RefreshToken, current: { generation: number; refreshHash: string }): number | null;
  write(token: RefreshToken): string;
  /** Undefined when the text is no refresh token of ours. */
  read(text: string): RefreshToken | undefined;
}

export function createRefreshTokens(key: Uint8Array): RefreshTokens {
  const hashOf = (token: RefreshToken): string => createHash('sha256').update(write(token)).digest('base64url');

  function successorOf(token: RefreshToken): RefreshToken {
    const secret = createHmac('sha256', key).update(write(token)).digest('base64url');
    return { sessionId: token.sessionId, generation: token.generation + 1, secret };
  }

  return {
    first: (sessionId) => ({ sessionId, generation: 0, secret: randomBytes(32).toString('base64url') }),
    successorOf,
    hashOf,
    stepsBehind(token, { generation, refreshHash }) {
      const steps = generation - token.generation;
      if (steps < 0 || steps > maxStepsBehind) return null;
      let reached = token;
      for (let step = 0; step < steps; step += 1) reached = successorOf(reached);
      const isSame = timingSafeEqual(Buffer.from(hashOf(reached)), Buffer.from(refreshHash));
      return isSame ? steps : null;
    },
    write,
    read(text) {
      const match = text.length > 128 ? null : /^(ses_[0-9a-z]{26})\.(\d{1,7})\.([\w-]{43})$/.exec(text);
      const [, sessionId, generation, secret] = match ?? [];
      if (sessionId === undefined || generation === undefined || secret === undefined) return undefined;
      return { sessionId, generation: Number(generation), secret };
    },
  };
}

function write({ sessionId, generation, secret }: RefreshToken): string {
  return `${sessionId}.${generation}.${secret}`;
}
