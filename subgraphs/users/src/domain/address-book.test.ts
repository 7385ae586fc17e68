import { expect, test } from 'vitest';
import { type Address, checkAddress, maxAddresses, putAddress, removeAddress } from './address-book.ts';

const input = { label: 'Home', line1: '12 Church Street', city: 'Bengaluru', pincode: '560001' };

function fieldsOf(change: object = {}) {
  const checked = checkAddress({ ...input, ...change });
  if (!checked.ok) throw new Error(JSON.stringify(checked.refusals));
  return checked.value;
}

function book(...ids: string[]): readonly Address[] {
  let addresses: readonly Address[] = [];
  for (const id of ids) {
    const outcome = putAddress(addresses, null, id, fieldsOf());
    if (outcome.ok) addresses = outcome.value;
  }
  return addresses;
}

const defaults = (addresses: readonly Address[]): string[] =>
  addresses.filter((address) => address.isDefault).map((address) => address.id);

test.each([
  [{ label: '' }, 'label'],
  [{ line1: 'x'.repeat(201) }, 'line1'],
  [{ line2: 'x'.repeat(201) }, 'line2'],
  [{ city: 'Beng\0aluru' }, 'city'],
  [{ landmark: 'near \ud800' }, 'landmark'],
  [{ pincode: '56001' }, 'pincode'],
  [{ pincode: '060001' }, 'pincode'],
  [{ pincode: '5600011' }, 'pincode'],
  [{ latitude: 91, longitude: 77 }, 'latitude'],
  [{ latitude: 12, longitude: -181 }, 'longitude'],
  [{ latitude: Number.NaN, longitude: 77 }, 'latitude'],
  [{ latitude: 12 }, 'longitude'],
])('refuses %j, which no rider could find', (change, field) => {
  const outcome = checkAddress({ ...input, ...change });
  expect(outcome.ok ? [] : outcome.refusals.map((each) => each.field)).toEqual([['input', field]]);
});

test('a pincode may be written with its space', () => {
  expect(fieldsOf({ pincode: '560 001' }).pincode).toBe('560001');
});

test('there is exactly one default as soon as there is one address', () => {
  expect(defaults(book('a'))).toEqual(['a']);
  expect(defaults(book('a', 'b'))).toEqual(['a']);
});

test('making another address the default moves the mark, and unmarking the default keeps it', () => {
  const moved = putAddress(book('a', 'b'), 'b', 'unused', fieldsOf({ isDefault: true }));
  expect(moved.ok && defaults(moved.value)).toEqual(['b']);
  const kept = putAddress(book('a', 'b'), 'a', 'unused', fieldsOf({ isDefault: false }));
  expect(kept.ok && defaults(kept.value)).toEqual(['a']);
});

test('removing the default hands the mark to the newest address left', () => {
  const removed = removeAddress(book('a', 'b', 'c'), 'a');
  expect(removed.ok && defaults(removed.value)).toEqual(['c']);
  const last = removeAddress(book('a'), 'a');
  expect(last.ok && last.value).toEqual([]);
});

test('an id that is not in the book is not found, whoever else may have it', () => {
  expect(putAddress(book('a'), 'b', 'new', fieldsOf())).toMatchObject({ ok: false, refusals: [{ code: 'NOT_FOUND' }] });
  expect(removeAddress(book('a'), 'b')).toMatchObject({ ok: false, refusals: [{ code: 'NOT_FOUND' }] });
});

test('a full book takes changes but no more addresses', () => {
  const full = book(...Array.from({ length: maxAddresses }, (_, index) => `a${index}`));
  expect(full).toHaveLength(maxAddresses);
  expect(putAddress(full, null, 'more', fieldsOf())).toMatchObject({ ok: false });
  expect(putAddress(full, 'a0', 'unused', fieldsOf())).toMatchObject({ ok: true });
});
