import { codedError } from '@swiftcart/graphql';
import { type AccessTokenVerifier, KeysUnavailableError, TokenError, type VerifiedToken } from '@swiftcart/identity';
import { LRUCache } from 'lru-cache';
import { anonymousCaller, type Caller } from './caller.ts';
import type { RevokedSessions } from './revoked-sessions.ts';

/**
 * Establishes who a request comes from. A request without a token is anonymous; one with a token that does not hold is
 * refused, never quietly treated as anonymous. Throws GraphQLError UNAUTHENTICATED, TOKEN_EXPIRED or OVERLOADED.
 */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

/** Tokens whose verdict is remembered. */
const maxRemembered = 10_000;
/** A key that its issuer withdrew must not go on vouching for long; checking a token once in this time costs nothing. */
const rememberMs = 60_000;

interface RememberedCaller {
  readonly caller: Caller;
  readonly sessionId: string;
  readonly untilMs: number;
}

/**
 * Without a verifier the gateway knows nobody: every caller is anonymous. A token that held is remembered for a minute,
 * because verifying one costs a tenth of a request; its expiry and whether its session has ended are looked at each time.
 */
export function createAuthenticate(verifier: AccessTokenVerifier | undefined, revoked: RevokedSessions): Authenticate {
  const remembered = new LRUCache<string, RememberedCaller>({ max: maxRemembered });

  async function verify(authorization: string, knownVerifier: AccessTokenVerifier): Promise<RememberedCaller> {
    const [, token] = /^Bearer +([\w~+/.-]+=*) *$/i.exec(authorization) ?? [];
    if (token === undefined) throw codedError('UNAUTHENTICATED', 'The authorization header is not a bearer token.');
    const { userId, sessionId, roles, scopes, expiresAt } = await verifyToken(token, knownVerifier);
    const fresh: RememberedCaller = {
      sessionId,
      untilMs: Math.min(expiresAt.getTime(), Date.now() + rememberMs),
      caller: {
        viewer: { kind: 'user', userId, sessionId, roles },
        scopes: new Set(scopes),
        session: { id: sessionId, expiresAt },
      },
    };
    remembered.set(authorization, fresh);
    return fresh;
  }

  return async (authorization) => {
    if (authorization === undefined || authorization === '' || verifier === undefined) return anonymousCaller;
    const known = remembered.get(authorization);
    const { caller, sessionId } =
      known !== undefined && Date.now() < known.untilMs ? known : await verify(authorization, verifier);
    if (revoked.has(sessionId)) throw codedError('UNAUTHENTICATED', 'This session has ended.');
    return caller;
  };
}

async function verifyToken(token: string, verifier: AccessTokenVerifier): Promise<VerifiedToken> {
  try {
    return await verifier.verify(token);
  } catch (error) {
    if (error instanceof TokenError) {
      const message =
        error.code === 'TOKEN_EXPIRED' ? 'The access token has expired.' : 'The access token is not valid.';
      throw codedError(error.code, message);
    }
    // The keys cannot be fetched at the moment: that is no verdict about the client's token.
    if (error instanceof KeysUnavailableError) {
      throw codedError('OVERLOADED', 'Tokens cannot be checked at the moment.');
    }
    throw error;
  }
}
