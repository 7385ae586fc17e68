import { createAssertionSigner, generateKeyPair, type Jwks, type Viewer } from '@swiftcart/identity';

type User = Extract<Viewer, { kind: 'user' }>;

/** Everybody who may call, by what the gateway says about him. */
export const callers = {
  anonymous: (): Viewer => ({ kind: 'anonymous' }),
  service: (service: string): Viewer => ({ kind: 'service', service }),
  customer: (userId = 'usr_demo_customer') => user(userId, ['CUSTOMER']),
  rider: (userId = 'usr_demo_rider') => user(userId, ['RIDER']),
  operator: (userId = 'usr_demo_operator') => user(userId, ['OPERATOR']),
  admin: (userId = 'usr_demo_admin') => user(userId, ['ADMIN']),
};

function user(userId: string, roles: User['roles']): User {
  return { kind: 'user', userId, sessionId: `ses_of_${userId}`, roles };
}

/** Signs as the gateway and the services do, by the clock of the test. */
export function createTestIdentity(now: () => Date): {
  jwks: Jwks;
  headersFor(viewer: Viewer): Record<string, string>;
} {
  const keyPair = generateKeyPair();
  const gateway = createAssertionSigner({ keyPair, issuer: 'gateway', now });
  return {
    jwks: { keys: [keyPair.publicJwk] },
    headersFor(viewer) {
      const assertion =
        viewer.kind === 'service'
          ? createAssertionSigner({ keyPair, issuer: viewer.service, now }).forService('users')
          : gateway.forViewer('users', viewer);
      return { 'x-swiftcart-identity': assertion };
    },
  };
}
