import type { SendOrThrow } from './open-shop.ts';
import * as ops from './operations.ts';

export interface RunRider {
  /** As the store floor knows him. */
  readonly id: string;
  readonly userId: string;
  readonly headers: Record<string, string>;
}

const riderCount = 6;

/** Registers accounts, has the administrator make them riders and an operator put them on shift, and signs them in. */
export async function hireRiders(send: SendOrThrow, operator: Record<string, string>): Promise<RunRider[]> {
  const signIn = async (email: string, password: string) => {
    const { session } = await send(ops.LOGIN, { email, password });
    return { authorization: `Bearer ${session.accessToken}` };
  };
  const admin = await signIn('admin@swiftcart.test', 'swiftcart-demo-1');
  const riders: RunRider[] = [];
  for (let index = 0; index < riderCount; index += 1) {
    const email = `rider-${index}@example.test`;
    const password = 'correct horse battery 9';
    const { session } = await send(ops.REGISTER, { input: { name: `Rider ${index}`, email, password } });
    const userId: string = session.user.id;
    await send(ops.SET_ROLES, { userId, roles: ['CUSTOMER', 'RIDER'] }, admin);
    const { rider } = await send(ops.REGISTER_RIDER, { userId, name: `Rider ${index}` }, operator);
    // Roles are in the token: the one of the registration knows nothing of riding.
    riders.push({ id: rider.id, userId, headers: await signIn(email, password) });
  }
  return riders;
}
