import type { ProcessContext } from '../context.ts';
import type { Address } from '../domain/address-book.ts';
import type { AccountRole } from '../domain/role-change.ts';
import { duplicateField } from '../store/store.ts';
import { newAccount } from './register.ts';

/** An account for trying the shop out. */
export interface DemoAccount {
  id: string;
  name: string;
  email: string;
  phone: string;
  roles: AccountRole[];
  addresses: Address[];
}

const home: Address = {
  id: 'adr_demo_home',
  label: 'Home',
  line1: '14, Church Street',
  line2: 'Second floor',
  city: 'Bengaluru',
  pincode: '560001',
  landmark: 'Opposite the bookshop',
  latitude: 12.9752,
  longitude: 77.6053,
  isDefault: true,
};

/** E-mail and phone count as verified, so that reset and one-time codes can be tried. */
export const demoAccounts: readonly DemoAccount[] = [
  account('customer', 'Asha Rao', '+919000000001', ['CUSTOMER'], [home]),
  account('rider', 'Ravi Kumar', '+919000000002', ['RIDER']),
  account('operator', 'Omkar Shah', '+919000000003', ['OPERATOR']),
  account('admin', 'Aditi Menon', '+919000000004', ['ADMIN']),
];

function account(
  key: string,
  name: string,
  phone: string,
  roles: AccountRole[],
  addresses: Address[] = [],
): DemoAccount {
  return { id: `usr_demo_${key}`, name, email: `${key}@swiftcart.test`, phone, roles, addresses };
}

/** Opens the demo accounts that are missing; those that are there, changed or not, stay as they are. */
export async function seedDemoAccounts(process: ProcessContext, { password }: { password: string }): Promise<void> {
  const existing = new Set(
    (await process.store.users.findByIds(demoAccounts.map(({ id }) => id))).map(({ _id }) => _id),
  );
  const missing = demoAccounts.filter(({ id }) => !existing.has(id));
  if (missing.length === 0) return;
  const passwordHash = await process.passwords.hash(password);
  for (const { id, name, email, phone, roles, addresses } of missing) {
    const record = {
      _id: id,
      ...newAccount({ name, email, phone, passwordHash, now: process.now() }),
      roles,
      addresses,
      isEmailVerified: true,
      isPhoneVerified: true,
      outbox: [],
    };
    await process.store.users.insert(record).catch((error: unknown) => {
      // Another process seeds at the same time, or somebody has taken the address: both are for the data to decide.
      if (duplicateField(error) === undefined) throw error;
    });
  }
}
