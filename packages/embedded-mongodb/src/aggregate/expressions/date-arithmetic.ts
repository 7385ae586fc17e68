import { Int32, Long } from 'bson';
import { bsonTypeOf, type Doc, isNumeric } from '../../values/bson-type.ts';
import { dateAt } from '../../values/dates.ts';
import { toDouble } from '../../values/numeric.ts';
import { preview } from '../../values/preview.ts';
import { location } from '../../values/refusals.ts';
import { compileNamed, type Expression, isNullish, type OperatorCompiler } from '../expression-scope.ts';
import { compileZone, dateOf } from './date.ts';
import { isoWeek, isoWeekTime } from './date-text.ts';
import { fromLocal, toLocal, utcTime } from './time-zone.ts';

export const dateArithmeticOperators: Readonly<Record<string, OperatorCompiler>> = {
  $dateAdd: (operand, scope, name) => compileShift(1, operand, scope, name),
  $dateSubtract: (operand, scope, name) => compileShift(-1, operand, scope, name),
  $dateDiff: compileDiff,
  $dateTrunc: compileTrunc,
  $dateToParts: compileToParts,
  $dateFromParts: compileFromParts,
};

const units = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'] as const;
type Unit = (typeof units)[number];
const unitMs: Readonly<Record<string, number>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};
const unitMonths: Readonly<Record<string, number>> = { year: 12, quarter: 3, month: 1 };

function requireUnit(value: unknown, name: string): Unit {
  if (typeof value !== 'string')
    throw location(5439013, `${name} requires 'unit' to be a string, but got ${bsonTypeOf(value)}`);
  if (!(units as readonly string[]).includes(value)) throw location(9, `unknown time unit value: ${value}`);
  return value as Unit;
}

function requireInteger(value: unknown, code: number, message: string): number {
  const number = isNumeric(value) ? toDouble(value) : Number.NaN;
  if (!Number.isInteger(number)) throw location(code, message);
  return number;
}

/** Months and longer keep the day, cut to the month's length; days and longer keep the wall clock. */
export function shiftDate(date: Date, unit: Unit, amount: number, zone: (ms: number) => number): Date {
  const months = unitMonths[unit];
  if (months === undefined && unit !== 'day' && unit !== 'week')
    return dateAt(date.getTime() + amount * (unitMs[unit] as number));
  const local = toLocal(date, zone);
  if (months === undefined) return fromLocal(local.getTime() + amount * (unitMs[unit] as number), zone);
  const target = local.getUTCFullYear() * 12 + local.getUTCMonth() + amount * months;
  const year = Math.floor(target / 12);
  const month = target - year * 12 + 1;
  const lastDay = new Date(utcTime(year, month + 1, 0, 0, 0, 0, 0)).getUTCDate();
  return fromLocal(utcTime(year, month, Math.min(local.getUTCDate(), lastDay), 0, 0, 0, 0) + timeOfDay(local), zone);
}

const timeOfDay = (local: Date): number => ((local.getTime() % 86_400_000) + 86_400_000) % 86_400_000;

function compileShift(sign: 1 | -1, ...[operand, scope, name]: Parameters<OperatorCompiler>): Expression {
  const args = compileNamed(name, operand, scope, {
    required: ['startDate', 'unit', 'amount'],
    optional: ['timezone'],
    notObject: 5166400,
    unknown: 5166401,
    missing: 5166402,
  });
  const zoneAt = compileZone(args['timezone']);
  return (doc, variables) => {
    const [start, unit, amount] = ['startDate', 'unit', 'amount'].map((argument) => args[argument]?.(doc, variables));
    const zone = zoneAt(doc, variables);
    if (isNullish(start) || isNullish(unit) || isNullish(amount) || !zone) return null;
    const count = requireInteger(amount, 5166405, `${name} expects integer amount of time units`);
    return shiftDate(dateOf(start, 5166403), requireUnit(unit, name), sign * count, zone);
  };
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function requireWeekday(value: unknown, name: string): number {
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  const day = weekdays.findIndex((weekday) => text === weekday || text === weekday.slice(0, 3));
  if (day < 0)
    throw location(typeof value === 'string' ? 9 : 5439015, `${name}: unknown day of week value: ${preview(value)}`);
  return day;
}

/** Whole units since the beginning of 2000 on the local calendar; differences of it count crossed boundaries. */
function unitNumber(local: Date, unit: Unit, firstWeekday: number): number {
  const months = unitMonths[unit];
  if (months !== undefined) return Math.floor((local.getUTCFullYear() * 12 + local.getUTCMonth()) / months);
  if (unit !== 'week') return Math.floor(local.getTime() / (unitMs[unit] as number));
  // 1 January 1970 was a Thursday (4).
  return Math.floor((Math.floor(local.getTime() / 86_400_000) + ((4 - firstWeekday + 7) % 7)) / 7);
}

function compileDiff(...[operand, scope, name]: Parameters<OperatorCompiler>): Expression {
  const args = compileNamed(name, operand, scope, {
    required: ['startDate', 'endDate', 'unit'],
    optional: ['timezone', 'startOfWeek'],
    notObject: 5166301,
    unknown: 5166302,
    missing: 5166303,
  });
  const zoneAt = compileZone(args['timezone']);
  return (doc, variables) => {
    const [start, end, unitValue] = ['startDate', 'endDate', 'unit'].map((argument) =>
      args[argument]?.(doc, variables),
    );
    const zone = zoneAt(doc, variables);
    if (isNullish(start) || isNullish(end) || isNullish(unitValue) || !zone) return null;
    const unit = requireUnit(unitValue, name);
    const weekday =
      args['startOfWeek'] && unit === 'week' ? requireWeekday(args['startOfWeek'](doc, variables), name) : 0;
    const isClock = unitMs[unit] !== undefined && (unitMs[unit] as number) < 3_600_001;
    const at = (value: unknown): Date => (isClock ? dateOf(value, 5166307) : toLocal(dateOf(value, 5166307), zone));
    return Long.fromNumber(unitNumber(at(end), unit, weekday) - unitNumber(at(start), unit, weekday));
  };
}

function compileTrunc(...[operand, scope, name]: Parameters<OperatorCompiler>): Expression {
  const args = compileNamed(name, operand, scope, {
    required: ['date', 'unit'],
    optional: ['binSize', 'timezone', 'startOfWeek'],
    notObject: 5439007,
    unknown: 5439008,
    missing: 5439009,
  });
  const zoneAt = compileZone(args['timezone']);
  return (doc, variables) => {
    const [date, unitValue] = ['date', 'unit'].map((argument) => args[argument]?.(doc, variables));
    const binValue = args['binSize'] ? args['binSize'](doc, variables) : new Int32(1);
    const zone = zoneAt(doc, variables);
    if (isNullish(date) || isNullish(unitValue) || isNullish(binValue) || !zone) return null;
    const unit = requireUnit(unitValue, name);
    const bin = requireInteger(binValue, 5439017, `${name} requires 'binSize' to be a 64-bit integer`);
    if (bin <= 0) throw location(5439018, `${name} requires 'binSize' to be greater than 0, but got value ${bin}`);
    const weekday =
      args['startOfWeek'] && unit === 'week' ? requireWeekday(args['startOfWeek'](doc, variables), name) : 0;
    return fromLocal(truncated(toLocal(dateOf(date, 5439012), zone), unit, bin, weekday), zone);
  };
}

/** The start of the bin, bins counted from 2000-01-01 (for weeks from the first start of a week after it). */
function truncated(local: Date, unit: Unit, bin: number, weekday: number): number {
  const months = unitMonths[unit];
  if (months !== undefined) {
    const since = (local.getUTCFullYear() - 2000) * 12 + local.getUTCMonth();
    return utcTime(2000, 1 + Math.floor(since / (months * bin)) * months * bin, 1, 0, 0, 0, 0);
  }
  // 1 January 2000 was a Saturday (6).
  const reference = utcTime(2000, 1, 1, 0, 0, 0, 0) + (unit === 'week' ? ((weekday - 6 + 7) % 7) * 86_400_000 : 0);
  const size = (unitMs[unit] as number) * bin;
  return reference + Math.floor((local.getTime() - reference) / size) * size;
}

function compileToParts(...[operand, scope, name]: Parameters<OperatorCompiler>): Expression {
  const args = compileNamed(name, operand, scope, {
    required: ['date'],
    optional: ['timezone', 'iso8601'],
    notObject: 40524,
    unknown: 40520,
    missing: 40522,
  });
  const zoneAt = compileZone(args['timezone']);
  return (doc, variables) => {
    const value = args['date']?.(doc, variables);
    const iso = args['iso8601'] ? args['iso8601'](doc, variables) : false;
    const zone = zoneAt(doc, variables);
    if (isNullish(value) || isNullish(iso) || !zone) return null;
    if (typeof iso !== 'boolean') throw location(40521, `iso8601 must evaluate to a bool, found ${bsonTypeOf(iso)}`);
    const local = toLocal(dateOf(value), zone);
    const day = iso
      ? { isoWeekYear: isoWeek(local).year, isoWeek: isoWeek(local).week, isoDayOfWeek: local.getUTCDay() || 7 }
      : { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
    const parts: Doc = {
      ...day,
      hour: local.getUTCHours(),
      minute: local.getUTCMinutes(),
      second: local.getUTCSeconds(),
      millisecond: local.getUTCMilliseconds(),
    };
    return Object.fromEntries(Object.entries(parts).map(([part, number]) => [part, new Int32(number as number)]));
  };
}

const clockParts = ['hour', 'minute', 'second', 'millisecond'];

function compileFromParts(...[operand, scope, name]: Parameters<OperatorCompiler>): Expression {
  const all = ['year', 'month', 'day', 'isoWeekYear', 'isoWeek', 'isoDayOfWeek', ...clockParts, 'timezone'];
  const args = compileNamed(name, operand, scope, {
    required: [],
    optional: all,
    notObject: 40519,
    unknown: 40518,
    missing: 40516,
  });
  if (!args['year'] && !args['isoWeekYear'])
    throw location(40516, `${name} requires either 'year' or 'isoWeekYear' to be present`);
  const isIso = !args['year'];
  const mixed = (isIso ? ['month', 'day'] : ['isoWeekYear', 'isoWeek', 'isoDayOfWeek']).find((part) => args[part]);
  if (mixed)
    throw location(isIso ? 40525 : 40489, `${name} does not allow mixing natural dates with ISO dates: ${mixed}`);
  const zoneAt = compileZone(args['timezone']);
  return (doc, variables) => {
    const zone = zoneAt(doc, variables);
    const values = [
      ...(isIso ? ['isoWeekYear', 'isoWeek', 'isoDayOfWeek'] : ['year', 'month', 'day']),
      ...clockParts,
    ].map((part) => {
      const value = args[part] ? args[part](doc, variables) : new Int32(clockParts.includes(part) ? 0 : 1);
      return isNullish(value)
        ? null
        : requireInteger(value, 40515, `'${part}' must evaluate to an integer, found ${bsonTypeOf(value)}`);
    });
    if (!zone || values.includes(null)) return null;
    const [year, month, day, ...clock] = values as [number, number, number, number, number, number, number];
    if (year < 1 || year > 9999)
      throw location(
        isIso ? 31095 : 40523,
        `'${isIso ? 'isoWeekYear' : 'year'}' must evaluate to an integer in the range 1 to 9999, found ${year}`,
      );
    return fromLocal(isIso ? isoWeekTime(year, month, day, ...clock) : utcTime(year, month, day, ...clock), zone);
  };
}
