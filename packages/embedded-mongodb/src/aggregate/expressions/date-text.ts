import { location, refusal } from '../../values/refusals.ts';
import { fromLocal, toLocal, utcTime, type ZoneOffset, zoneOffset } from './time-zone.ts';

const isoText =
  /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?\s*$/i;

/** Reads an ISO 8601 date, with local time in the zone when the text names none; undefined when it is none. */
export function parseDateText(text: string, zone: ZoneOffset = () => 0): Date | undefined {
  const match = isoText.exec(dashed(text));
  if (!match) return parseLoose(text);
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', suffix] = match;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  return checkedTime(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    ms,
    suffix ? zoneOffset(suffix.toUpperCase()) : zone,
  );
}

/** `12/31/2020`, `2020/12/31` and `20201231T101500` as their ISO spelling; month first, never day first. */
function dashed(text: string): string {
  return text
    .trim()
    .replace(/^(\d{1,2})\/(\d{1,2})\/(\d{4})/, '$3-$1-$2')
    .replace(/^(\d{4})\/(\d{1,2})\/(\d{1,2})/, '$1-$2-$3')
    .replace(/^(\d{4})(\d{2})(\d{2})(?=$|T)/, '$1-$2-$3')
    .replace(/T(\d{2})(\d{2})(\d{2})/, 'T$1:$2:$3');
}

/** Forms such as "July 5, 2017 10:00 UTC"; a bare number or word is no date. */
function parseLoose(text: string): Date | undefined {
  if (!/[a-z]{3}/i.test(text) || !/\d{4}/.test(text)) return undefined;
  const time = Date.parse(/(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})\s*$/i.test(text) ? text : `${text} UTC`);
  return Number.isNaN(time) ? undefined : new Date(time);
}

function checkedTime(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
  zone: ZoneOffset,
): Date | undefined {
  if (month < 1 || month > 12 || day < 1 || hour > 24 || minute > 59 || second > 60) return undefined;
  const local = utcTime(year, month, day, hour, minute, second, ms);
  if (new Date(utcTime(year, month, day, 0, 0, 0, 0)).getUTCDate() !== day) return undefined;
  return fromLocal(local, zone);
}

const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const pad = (value: number, width: number): string => String(value).padStart(width, '0');
const dayMs = 86_400_000;

export function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - utcTime(local.getUTCFullYear(), 1, 1, 0, 0, 0, 0)) / dayMs) + 1;
}

/** Weeks begin on Sunday; days before the year's first Sunday are week 0. */
export function weekOfYear(local: Date): number {
  return Math.floor((dayOfYear(local) + 6 - local.getUTCDay()) / 7);
}

export function isoWeek(local: Date): { year: number; week: number } {
  const thursday = new Date(local.getTime());
  thursday.setUTCDate(local.getUTCDate() + 4 - (local.getUTCDay() || 7));
  return { year: thursday.getUTCFullYear(), week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1 };
}

const formatters: Readonly<Record<string, (local: Date, offsetMs: number) => string>> = {
  Y: (local) => pad(local.getUTCFullYear(), 4),
  m: (local) => pad(local.getUTCMonth() + 1, 2),
  d: (local) => pad(local.getUTCDate(), 2),
  H: (local) => pad(local.getUTCHours(), 2),
  M: (local) => pad(local.getUTCMinutes(), 2),
  S: (local) => pad(local.getUTCSeconds(), 2),
  L: (local) => pad(local.getUTCMilliseconds(), 3),
  j: (local) => pad(dayOfYear(local), 3),
  w: (local) => String(local.getUTCDay() + 1),
  u: (local) => String(local.getUTCDay() || 7),
  U: (local) => pad(weekOfYear(local), 2),
  V: (local) => pad(isoWeek(local).week, 2),
  G: (local) => pad(isoWeek(local).year, 4),
  b: (local) => (monthNames[local.getUTCMonth()] as string).slice(0, 3),
  B: (local) => monthNames[local.getUTCMonth()] as string,
  z: (_local, offset) => {
    const minutes = Math.abs(Math.trunc(offset / 60_000));
    return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}${pad(minutes % 60, 2)}`;
  },
  Z: (_local, offset) => String(Math.trunc(offset / 60_000)),
  '%': () => '%',
};

/** Writes a date by a `$dateToString` format. Throws Location18535/18536 for a bad format. */
export function formatDate(date: Date, format: string, zone: ZoneOffset): string {
  const local = toLocal(date, zone);
  return format.replace(/%([\s\S]?)/g, (_whole, letter: string) => {
    if (letter === '') throw location(18535, "Unmatched '%' at end of format string");
    const write = Object.hasOwn(formatters, letter) ? formatters[letter] : undefined;
    if (!write) throw location(18536, `Invalid format character '%${letter}' in format string`);
    return write(local, local.getTime() - date.getTime());
  });
}

const readers: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  m: '(?<m>\\d{1,2})',
  d: '(?<d>\\d{1,2})',
  H: '(?<H>\\d{1,2})',
  M: '(?<M>\\d{1,2})',
  S: '(?<S>\\d{1,2})',
  L: '(?<L>\\d{1,3})',
  j: '(?<j>\\d{1,3})',
  b: '(?<b>[A-Za-z]{3})',
  B: '(?<B>[A-Za-z]+)',
  G: '(?<G>\\d{4})',
  V: '(?<V>\\d{1,2})',
  u: '(?<u>[1-7])',
  z: '(?<z>Z|[+-]\\d{2}:?\\d{2})',
  Z: '(?<Z>[+-]?\\d+)',
  '%': '%',
};

/** Reads a date by a `$dateFromString` format; undefined when the text does not follow it. */
export function parseFormatted(text: string, format: string, zone: ZoneOffset): Date | undefined {
  const source = format.replace(/%([\s\S]?)|[.*+?^${}()|[\]\\]/g, (whole, letter: string | undefined) => {
    if (letter === undefined) return `\\${whole}`;
    if (!Object.hasOwn(readers, letter)) throw refusal(18536, `Invalid format character '%${letter}' in format string`);
    return readers[letter] as string;
  });
  const found = new RegExp(`^${source}$`, 'i').exec(text)?.groups;
  if (!found) return undefined;
  const number = (key: string, otherwise: number): number =>
    found[key] === undefined ? otherwise : Number(found[key]);
  const own = found['z']
    ? zoneOffset(found['z'].toUpperCase())
    : found['Z']
      ? (): number => Number(found['Z']) * 60_000
      : zone;
  const time = [number('H', 0), number('M', 0), number('S', 0), number('L', 0)] as const;
  if (found['G'] !== undefined)
    return fromLocal(isoWeekTime(number('G', 1970), number('V', 1), number('u', 1), ...time), own);
  if (found['j'] !== undefined) return fromLocal(utcTime(number('Y', 1970), 1, number('j', 1), ...time), own);
  const named = (found['b'] ?? found['B'])?.slice(0, 3).toLowerCase();
  const month = named ? monthNames.findIndex((name) => name.slice(0, 3).toLowerCase() === named) + 1 : number('m', 1);
  return checkedTime(number('Y', 1970), month, number('d', 1), ...time, own);
}

/** Local time of an ISO week date; parts beyond their range carry over. */
export function isoWeekTime(
  year: number,
  week: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
): number {
  const fourth = new Date(utcTime(year, 1, 4, 0, 0, 0, 0));
  const monday = 4 - ((fourth.getUTCDay() || 7) - 1);
  return utcTime(year, 1, monday + (week - 1) * 7 + (day - 1), hour, minute, second, ms);
}
