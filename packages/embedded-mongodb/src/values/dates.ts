import { refusal } from './refusals.ts';

// A JavaScript Date reaches a quarter of a million years each way; BSON dates go further.
const furthestMs = 8.64e15;

/** The instant, or an Overflow (15) when it is beyond what this server can hold. */
export function dateAt(milliseconds: number): Date {
  if (!(Math.abs(milliseconds) <= furthestMs)) throw refusal(15, 'date overflow');
  return new Date(milliseconds);
}

/** ISO 8601 in UTC with milliseconds. Throws Overflow (15) for a stored date beyond what this server can hold. */
export function isoDate(date: Date): string {
  return dateAt(date.getTime()).toISOString();
}
