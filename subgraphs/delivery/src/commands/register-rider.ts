import { createId, isCleanText } from '@swiftcart/graphql';
import { type Refusal, refusal } from '../domain/refusal.ts';
import type { RiderDetails, RiderRecord } from '../store/rider-store.ts';
import type { CommandContext } from './command-context.ts';
import type { RiderOutcome } from './set-rider-availability.ts';

const phonePattern = /^\+?\d{10,15}$/;
const maxNameLength = 100;
const maxVehicleLength = 60;
const maxUserIdLength = 100;

/** Makes a user known as a rider, on shift at once; for a known one his details are brought up to date. */
export async function registerRider(
  { store, logger, now, caller }: CommandContext,
  input: { userId: string; name: string; phone: string | null; vehicle: string | null },
): Promise<RiderOutcome> {
  const details: RiderDetails = {
    name: input.name.trim(),
    phone: input.phone?.replace(/[\s()-]/g, '') || null,
    vehicle: input.vehicle?.trim() || null,
  };
  const invalid = findInvalid(input.userId, details);
  if (invalid !== undefined) return { rider: null, refusals: [invalid] };

  const created = newRider(input.userId, details, now());
  const isNew = await store.riders.insert(created);
  const rider = isNew ? created : await store.riders.setDetails(input.userId, details);
  logger.info({ riderId: rider?.id, userId: input.userId, isNew, actorId: caller.userId }, 'rider registered');
  return { rider, refusals: [] };
}

/** A rider on shift with nothing to carry. */
export function newRider(userId: string, details: RiderDetails, now: Date, id = createId('rid', now)): RiderRecord {
  return {
    id,
    userId,
    ...details,
    rating: null,
    isAvailable: true,
    load: 0,
    claims: [],
    position: null,
    lastAssignedAt: null,
    createdAt: now,
  };
}

function findInvalid(userId: string, { name, phone, vehicle }: RiderDetails): Refusal | undefined {
  const invalid = (field: string, rule: string) => refusal('INVALID', `${field} must be ${rule}.`, { field: [field] });
  if (!isCleanText(userId, { minLength: 1, maxLength: maxUserIdLength })) return invalid('userId', 'an account id');
  if (!isCleanText(name, { minLength: 1, maxLength: maxNameLength })) {
    return invalid('name', `1 to ${maxNameLength} characters`);
  }
  if (phone !== null && !phonePattern.test(phone)) return invalid('phone', '10 to 15 digits with an optional +');
  if (vehicle !== null && !isCleanText(vehicle, { maxLength: maxVehicleLength })) {
    return invalid('vehicle', `at most ${maxVehicleLength} characters`);
  }
  return undefined;
}
