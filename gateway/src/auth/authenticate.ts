import { codedError } from '@swiftcart/graphql';
import { type AccessTokenVerifier, KeysUnavailableError, TokenError } from '@swiftcart/identity';
import { anonymousCaller, type Caller } from './caller.ts';
import type { RevokedSessions } from './revoked-sessions.ts';

/**
 * Establishes who a request comes from. A request without a token is anonymous; one with a token that does not hold is
 * refused, never quietly treated as anonymous. Throws GraphQLError UNAUTHENTICATED, TOKEN_EXPIRED or OVERLOADED.
 */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

/** Without a verifier the gateway knows nobody: every caller is anonymous. */
export function createAuthenticate(verifier: AccessTokenVerifier | undefined, revoked: RevokedSessions): Authenticate {
  return async (authorization) => {
    if (authorization === undefined || authorization === '' || verifier === undefined) return anonymousCaller;
    const [, token] = /^Bearer +([\w~+/.-]+=*) *$/i.exec(authorization) ?? [];
    if (token === undefined) throw codedError('UNAUTHENTICATED', 'The authorization header is not a bearer token.');
    try {
      const { userId, sessionId, roles, scopes, expiresAt } = await verifier.verify(token);
      if (revoked.has(sessionId)) throw codedError('UNAUTHENTICATED', 'This session has ended.');
      return {
        viewer: { kind: 'user', userId, sessionId, roles },
        scopes: new Set(scopes),
        session: { id: sessionId, expiresAt },
      };
    } catch (error) {
      if (error instanceof TokenError) {
        const message =
          error.code === 'TOKEN_EXPIRED' ? 'The access token has expired.' : 'The access token is not valid.';
        throw codedError(error.code, message);
      }
      // The keys cannot be fetched at the moment: that is no verdict about the client's token.
      if (error instanceof KeysUnavailableError)
        throw codedError('OVERLOADED', 'Tokens cannot be checked at the moment.');
      throw error;
    }
  };
}
