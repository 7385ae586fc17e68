import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Jwks, type PublicJwk, parseJwks } from './key-pair.ts';

/** Where a verifier finds the public key a token names. Undefined: that key is not trusted. */
export interface KeySource {
  find(kid: string): Promise<KeyObject | undefined>;
}

/** The issuer's keys have never been read, so tokens can be neither accepted nor refused: answer "try later", not "sign in". */
export class KeysUnavailableError extends Error {
  readonly code = 'KEYS_UNAVAILABLE';
  constructor(url: string, cause: unknown) {
    super(`The signing keys at ${url} cannot be read.`, { cause });
    this.name = 'KeysUnavailableError';
  }
}

/** Keys that are already here; a function is asked anew for every token, so rotation is seen at once. */
export function localKeys(jwks: Jwks | (() => Jwks)): KeySource {
  const find = createKeyFinder(jwks);
  return { find: async (kid) => find(kid) };
}

/** Finds keys by id, keeping each one parsed as long as the document it came from stays the same object. */
export function createKeyFinder(jwks: Jwks | (() => Jwks)): (kid: string) => KeyObject | undefined {
  let parsedFrom: Jwks | undefined;
  let keys = new Map<string, KeyObject>();
  return (kid) => {
    const current = typeof jwks === 'function' ? jwks() : jwks;
    if (current !== parsedFrom) {
      keys = importKeys(current.keys);
      parsedFrom = current;
    }
    return keys.get(kid);
  };
}

/**
 * Keys published at a URL. Read on first need, again when older than `refreshSeconds`, and at once (but at most every
 * five seconds) when a token names an unknown key, which is how a rotation shows. While the URL cannot be read the last
 * known keys stay in use. `find` throws KeysUnavailableError when there never were any.
 */
export function remoteJwks({ url, refreshSeconds, timeoutMs = 3_000 }: RemoteJwksOptions): KeySource {
  let keys: Map<string, KeyObject> | undefined;
  let readAt = 0;
  let triedAt = 0;
  let lastError: unknown;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    triedAt = Date.now();
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      keys = importKeys(parseJwks(await response.json()).keys);
      readAt = Date.now();
    } catch (error) {
      lastError = error;
    }
  }

  /** One request however many tokens wait for it. */
  function refresh(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  return {
    async find(kid) {
      const mayTry = Date.now() - triedAt >= 5_000;
      if (keys === undefined) {
        if (mayTry || reading !== undefined) await refresh();
      } else if (!keys.has(kid)) {
        if (mayTry || reading !== undefined) await refresh();
      } else if (Date.now() - readAt > refreshSeconds * 1_000 && mayTry) {
        void refresh();
      }
      if (keys === undefined) throw new KeysUnavailableError(url, lastError);
      return keys.get(kid);
    },
  };
}

/** Options of `remoteJwks`. */
export interface RemoteJwksOptions {
  url: string;
  refreshSeconds: number;
  /** For one read of the document. */
  timeoutMs?: number;
}

function importKeys(jwks: readonly PublicJwk[]): Map<string, KeyObject> {
  return new Map(jwks.map((jwk) => [jwk.kid, createPublicKey({ key: { ...jwk }, format: 'jwk' })]));
}
