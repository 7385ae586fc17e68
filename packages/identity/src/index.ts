export {
  type AccessTokenSigner,
  type AccessTokenSignerOptions,
  type AccessTokenVerifier,
  type AccessTokenVerifierOptions,
  createAccessTokenSigner,
  createAccessTokenVerifier,
  TokenError,
  type VerifiedToken,
} from './access-token.ts';
export {
  type AssertionSigner,
  type AssertionSignerOptions,
  type AssertionVerifier,
  type AssertionVerifierOptions,
  createAssertionSigner,
  createAssertionVerifier,
} from './assertion.ts';
export { generateKeyPair, type Jwks, type KeyPair, keyPairFromPem, type PublicJwk, parseJwks } from './key-pair.ts';
export { type KeySource, KeysUnavailableError, localKeys, type RemoteJwksOptions, remoteJwks } from './key-source.ts';
export { loadOrCreateKeyPair } from './load-or-create-key-pair.ts';
export { hasRole, type Role, roles, scopesOf, type Viewer } from './viewer.ts';
