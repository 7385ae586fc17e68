import { cleanLine } from './clean-line.ts';
import { accept, type Outcome, type Refusal, refusal, refuse } from './refusal.ts';

/** Where a customer gets his orders. Coordinates are degrees (WGS 84), both or neither. */
export interface Address {
  id: string;
  label: string;
  line1: string;
  line2: string | null;
  city: string;
  pincode: string;
  landmark: string | null;
  latitude: number | null;
  longitude: number | null;
  isDefault: boolean;
}

/** What the `saveAddress` mutation receives. */
export interface AddressInput {
  label: string;
  line1: string;
  line2?: string | null;
  city: string;
  pincode: string;
  landmark?: string | null;
  latitude?: number | null;
  longitude?: number | null;
  isDefault?: boolean | null;
}

/** An address that can be stored; `isDefault` undefined leaves the choice as it is. */
export type AddressFields = Omit<Address, 'id' | 'isDefault'> & { isDefault: boolean | undefined };

export const maxAddresses = 50;

/** Any six-digit Indian pincode is serviceable (rules.md, "Defaults"). */
const pincodePattern = /^[1-9]\d{5}$/;

export function checkAddress(input: AddressInput): Outcome<AddressFields> {
  const refusals: Refusal[] = [];
  const wrong = (field: string, message: string): void => {
    refusals.push(refusal('INVALID', message, ['input', field]));
  };
  const required = (field: 'label' | 'line1' | 'city', maxLength: number): string => {
    const line = cleanLine(input[field], { minLength: 1, maxLength });
    if (line === undefined) wrong(field, `${field} needs 1 to ${maxLength} characters.`);
    return line ?? '';
  };
  const optional = (field: 'line2' | 'landmark', maxLength: number): string | null => {
    const line = cleanLine(input[field] ?? '', { minLength: 0, maxLength });
    if (line === undefined) wrong(field, `${field} has at most ${maxLength} characters.`);
    return line === undefined || line === '' ? null : line;
  };
  const pincode = input.pincode.length > 32 ? '' : input.pincode.replace(/\s/g, '');
  const latitude = input.latitude ?? null;
  const longitude = input.longitude ?? null;
  const fields = {
    label: required('label', 40),
    line1: required('line1', 200),
    line2: optional('line2', 200),
    city: required('city', 80),
    pincode,
    landmark: optional('landmark', 120),
    latitude,
    longitude,
    isDefault: input.isDefault ?? undefined,
  };
  if (!pincodePattern.test(pincode)) wrong('pincode', 'A pincode has six digits and does not start with 0.');
  if (latitude !== null && !(Math.abs(latitude) <= 90)) wrong('latitude', 'Latitude is between -90 and 90.');
  if (longitude !== null && !(Math.abs(longitude) <= 180)) wrong('longitude', 'Longitude is between -180 and 180.');
  if ((latitude === null) !== (longitude === null)) {
    wrong(latitude === null ? 'latitude' : 'longitude', 'Give both coordinates or neither.');
  }
  return refusals.length > 0 ? refuse(...refusals) : accept(fields);
}

/**
 * The book after adding an address (`id` null, which takes `newId`) or replacing one. A book with addresses has exactly one
 * default: the first saved, until another is made it. NOT_FOUND when the id is not in this book.
 */
export function putAddress(
  book: readonly Address[],
  id: string | null,
  newId: string,
  { isDefault, ...fields }: AddressFields,
): Outcome<readonly Address[]> {
  const existing = book.find((address) => address.id === id);
  if (id !== null && existing === undefined) return refuse(refusal('NOT_FOUND', 'There is no such address.', ['id']));
  if (existing === undefined && book.length >= maxAddresses) {
    return refuse(refusal('INVALID', `An account keeps at most ${maxAddresses} addresses.`));
  }
  // Un-defaulting the default is not a choice of another, so it stays.
  const becomesDefault = isDefault === true || existing?.isDefault === true || book.length === 0;
  const saved: Address = { ...fields, id: existing?.id ?? newId, isDefault: becomesDefault };
  const others = book.map((address) => (becomesDefault ? { ...address, isDefault: false } : address));
  return accept(
    existing === undefined ? [...others, saved] : others.map((address) => (address.id === saved.id ? saved : address)),
  );
}

/** The book without one address; when it was the default, the most recently added one left takes its place. */
export function removeAddress(book: readonly Address[], id: string): Outcome<readonly Address[]> {
  const removed = book.find((address) => address.id === id);
  if (removed === undefined) return refuse(refusal('NOT_FOUND', 'There is no such address.', ['id']));
  const rest = book.filter((address) => address.id !== id);
  return accept(
    removed.isDefault
      ? rest.map((address, index) => (index === rest.length - 1 ? { ...address, isDefault: true } : address))
      : rest,
  );
}
