import { dateAt } from '../../values/dates.ts';
import { location } from '../../values/refusals.ts';

/** Milliseconds that local time is ahead of UTC at an instant. */
export type ZoneOffset = (instantMs: number) => number;

export const utcZone: ZoneOffset = () => 0;

const offsetText = /^([+-])(\d{2})(?::?(\d{2}))?$/;

/** A time zone by Olson name ("Asia/Kolkata") or offset ("+05:30"). Throws Location40485 for unknown ones. */
export function zoneOffset(name: string): ZoneOffset {
  if (name === 'UTC' || name === 'GMT' || name === 'Z') return utcZone;
  const match = offsetText.exec(name);
  if (match) {
    const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
    const offset = (match[1] === '-' ? -minutes : minutes) * 60_000;
    return () => offset;
  }
  return olsonOffset(name);
}

function olsonOffset(name: string): ZoneOffset {
  let format: Intl.DateTimeFormat;
  try {
    if (/^[+-]/.test(name)) throw new RangeError('an offset of another form');
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw location(40485, `unrecognized time zone identifier: "${name}"`);
  }
  return (instantMs) => {
    const parts: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(instantMs)) parts[type] = value;
    const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
    const local = utcTime(
      year,
      Number(parts['month']),
      Number(parts['day']),
      Number(parts['hour']),
      Number(parts['minute']),
      Number(parts['second']),
      0,
    );
    return local - Math.floor(instantMs / 1000) * 1000;
  };
}

/** Date.UTC without its special case for years below 100; the month counts from 1. */
export function utcTime(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, ms);
  return date.getTime();
}

/** Wall-clock time as a Date whose UTC fields are the local ones. */
export function toLocal(instant: Date, zone: ZoneOffset): Date {
  return new Date(instant.getTime() + zone(instant.getTime()));
}

/** The instant at which a clock in the zone shows the local time; in a gap the time after it. */
export function fromLocal(localMs: number, zone: ZoneOffset): Date {
  const guess = localMs - zone(dateAt(localMs).getTime());
  return dateAt(localMs - zone(guess));
}
