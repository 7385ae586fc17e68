import { randomUUID } from 'node:crypto';

/** Values that exist in the shop, by the name of the argument they belong to (`orderId`, `code`, `after` ...). */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

/** Known values for an argument; an `id` is that of the things its field is about, or any other. */
export function knownValuesFor(name: string, fieldName: string, known: KnownValues): readonly string[] {
  const direct = known[name] ?? [];
  if (name !== 'id') return direct;
  const about = Object.entries(known)
    .filter(([key]) => key.endsWith('Id') && fieldName.toLowerCase().includes(key.slice(0, -2).toLowerCase()))
    .flatMap(([, ids]) => ids);
  return about.length > 0 ? about : Object.entries(known).flatMap(([key, ids]) => (key.endsWith('Id') ? ids : []));
}

const byName: Readonly<Record<string, () => readonly unknown[]>> = {
  email: () => [`${randomUUID()}@example.test`],
  password: () => ['correct horse battery 9'],
  currentPassword: () => ['correct horse battery 9'],
  newPassword: () => ['correct horse battery 10'],
  phone: () => ['+919876543210'],
  pincode: () => ['560001'],
  name: () => ['Meera Iyer'],
  latitude: () => [12.9279],
  longitude: () => [77.6271],
  mrp: () => [20_000],
  price: () => [10_000],
  value: () => [10],
  packValue: () => [500],
  first: () => [1, 20],
  quantity: () => [1, 2],
  delta: () => [1, -1],
  stock: () => [20],
  sku: () => [`FUZZ-${randomUUID().slice(0, 8).toUpperCase()}`],
  slug: () => [`fuzz-${randomUUID()}`],
  code: () => [`FUZZ${randomUUID().slice(0, 6).toUpperCase()}`],
  handoverCode: () => ['0000'],
  idempotencyKey: () => [randomUUID(), 'fuzz-key-one', 'fuzz-key-two'],
  search: () => ['milk', 'a'],
  prefix: () => ['m'],
  imageUrl: () => ['https://images.example.test/a.jpg'],
  imageUrls: () => ['https://images.example.test/a.jpg'],
  photoUrl: () => ['https://images.example.test/a.jpg'],
};

const byScalar: Readonly<Record<string, readonly unknown[]>> = {
  ID: ['nothing_00000000000000000000000000'],
  String: ['Fresh from the market'],
  Int: [1, 3],
  Float: [1.5],
  Boolean: [true, false],
  DateTime: ['2026-01-01T00:00:00.000Z', '2099-01-01T00:00:00.000Z'],
};

/** What a well-meaning client would send for an argument of this name and scalar. */
export function plainValue(scalar: string, name: string): readonly unknown[] {
  return byName[name]?.() ?? byScalar[scalar] ?? [];
}
