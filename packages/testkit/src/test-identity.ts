import {
  type AssertionSigner,
  createAssertionSigner,
  generateKeyPair,
  type Jwks,
  type Viewer,
} from '@swiftcart/identity';

/** The gateway's and the services' part in a subgraph test: signs whoever the test wants to be. */
export interface TestIdentity {
  /** What the subgraph under test must trust. */
  readonly jwks: Jwks;
  /** Signs as the gateway does. */
  readonly signer: AssertionSigner;
  /** Request headers (or `connection_init` payload) of that caller. */
  headersFor(viewer: Viewer): Record<string, string>;
  /** A signer of the named service, trusted by the same keys. */
  signerOf(service: string): AssertionSigner;
}

/** `audience` is the name of the subgraph under test. */
export function testIdentity(audience: string): TestIdentity {
  const keyPair = generateKeyPair();
  const signer = createAssertionSigner({ keyPair, issuer: 'gateway' });
  const signerOf = (service: string) => createAssertionSigner({ keyPair, issuer: service });
  return {
    jwks: { keys: [keyPair.publicJwk] },
    signer,
    signerOf,
    headersFor: (viewer) => ({
      'x-swiftcart-identity':
        viewer.kind === 'service' ? signerOf(viewer.service).forService(audience) : signer.forViewer(audience, viewer),
    }),
  };
}

export const anonymous = (): Viewer => ({ kind: 'anonymous' });
export const service = (name: string): Viewer => ({ kind: 'service', service: name });
export const customer = (userId = 'usr_test_customer'): Viewer => user(userId, ['CUSTOMER']);
export const rider = (userId = 'usr_test_rider'): Viewer => user(userId, ['CUSTOMER', 'RIDER']);
export const operator = (userId = 'usr_test_operator'): Viewer => user(userId, ['CUSTOMER', 'OPERATOR']);
export const admin = (userId = 'usr_test_admin'): Viewer => user(userId, ['CUSTOMER', 'ADMIN']);

function user(userId: string, roles: Extract<Viewer, { kind: 'user' }>['roles']): Viewer {
  return { kind: 'user', userId, sessionId: `ses_of_${userId}`, roles };
}
