import { Int32, Long, type ObjectId, type Timestamp } from 'bson';
import { bsonTypeOf } from '../../values/bson-type.ts';
import { dateAt } from '../../values/dates.ts';
import { location, refusal } from '../../values/refusals.ts';
import {
  compileArguments,
  compileNamed,
  type Expression,
  isNullish,
  type OperatorCompiler,
  operator,
} from '../expression-scope.ts';
import { dayOfYear, formatDate, isoWeek, parseDateText, parseFormatted, weekOfYear } from './date-text.ts';
import { toLocal, utcZone, type ZoneOffset, zoneOffset } from './time-zone.ts';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#date-expression-operators */
export const dateOperators: Readonly<Record<string, OperatorCompiler>> = {
  $year: datePart((local) => local.getUTCFullYear()),
  $month: datePart((local) => local.getUTCMonth() + 1),
  $dayOfMonth: datePart((local) => local.getUTCDate()),
  $hour: datePart((local) => local.getUTCHours()),
  $minute: datePart((local) => local.getUTCMinutes()),
  $second: datePart((local) => local.getUTCSeconds()),
  $millisecond: datePart((local) => local.getUTCMilliseconds()),
  $dayOfWeek: datePart((local) => local.getUTCDay() + 1),
  $dayOfYear: datePart(dayOfYear),
  $week: datePart(weekOfYear),
  $isoWeek: datePart((local) => isoWeek(local).week),
  $isoDayOfWeek: datePart((local) => local.getUTCDay() || 7),
  $isoWeekYear: (operand, scope, name) => {
    const part = datePart((local) => isoWeek(local).year)(operand, scope, name);
    return (doc, variables) => {
      const year = part(doc, variables);
      return year === null ? null : Long.fromNumber((year as Int32).value);
    };
  },
  $dateToString: compileDateToString,
  $dateFromString: compileDateFromString,
  $tsSecond: timestampPart((value) => value.getHighBitsUnsigned(), 5687301),
  $tsIncrement: timestampPart((value) => value.getLowBitsUnsigned(), 5687302),
};

function timestampPart(part: (value: Timestamp) => number, code: number): OperatorCompiler {
  return operator(1, 1, ([value], name) => {
    if (isNullish(value)) return null;
    if (bsonTypeOf(value) !== 'timestamp')
      throw location(code, `Argument to ${name} must be a timestamp, but is ${bsonTypeOf(value)}`);
    return Long.fromNumber(part(value as Timestamp));
  });
}

/** A date, or the date inside a timestamp or ObjectId. Throws Location16006. */
export function dateOf(value: unknown, code = 16006): Date {
  if (value instanceof Date) return dateAt(value.getTime());
  const type = bsonTypeOf(value);
  if (type === 'timestamp') return new Date((value as Timestamp).getHighBitsUnsigned() * 1000);
  if (type === 'objectId') return (value as ObjectId).getTimestamp();
  throw location(code, `can't convert from BSON type ${type} to Date`);
}

/** Evaluates a `timezone` argument; undefined when it is null. The last zone is kept: it is nearly always constant. */
export function compileZone(
  timezone: Expression | undefined,
): (...args: Parameters<Expression>) => ZoneOffset | undefined {
  if (!timezone) return () => utcZone;
  let last: { name: string; zone: ZoneOffset } | undefined;
  return (doc, variables) => {
    const name = timezone(doc, variables);
    if (isNullish(name)) return undefined;
    if (typeof name !== 'string')
      throw location(40517, `timezone must evaluate to a string, found ${bsonTypeOf(name)}`);
    if (last?.name !== name) last = { name, zone: zoneOffset(name) };
    return last.zone;
  };
}

function datePart(part: (local: Date) => number): OperatorCompiler {
  return (operand, scope, name) => {
    const isNamed = bsonTypeOf(operand) === 'object' && !Object.keys(operand as object)[0]?.startsWith('$');
    const args = isNamed
      ? compileNamed(name, operand, scope, {
          required: ['date'],
          optional: ['timezone'],
          notObject: 40536,
          unknown: 40535,
          missing: 40539,
        })
      : { date: compileArguments(name, operand, scope, 1)[0] as Expression };
    const zoneAt = compileZone(args['timezone']);
    return (doc, variables) => {
      const value = args['date']?.(doc, variables);
      const zone = zoneAt(doc, variables);
      if (isNullish(value) || !zone) return null;
      return new Int32(part(toLocal(dateOf(value), zone)));
    };
  };
}

function compileDateToString(...[operand, scope, name]: Parameters<OperatorCompiler>): Expression {
  const args = compileNamed(name, operand, scope, {
    required: ['date'],
    optional: ['format', 'timezone', 'onNull'],
    notObject: 18629,
    unknown: 18534,
    missing: 18628,
  });
  const zoneAt = compileZone(args['timezone']);
  return (doc, variables) => {
    const value = args['date']?.(doc, variables);
    if (isNullish(value)) return args['onNull'] ? args['onNull'](doc, variables) : null;
    const format = args['format'] ? args['format'](doc, variables) : undefined;
    const zone = zoneAt(doc, variables);
    if (!zone || (args['format'] && isNullish(format))) return null;
    if (format !== undefined && typeof format !== 'string')
      throw location(18533, `$dateToString requires that 'format' be a string, found: ${bsonTypeOf(format)}`);
    return formatDate(
      dateOf(value),
      (format as string | undefined) ?? (zone === utcZone ? '%Y-%m-%dT%H:%M:%S.%LZ' : '%Y-%m-%dT%H:%M:%S.%L'),
      zone,
    );
  };
}

function compileDateFromString(...[operand, scope, name]: Parameters<OperatorCompiler>): Expression {
  const args = compileNamed(name, operand, scope, {
    required: ['dateString'],
    optional: ['format', 'timezone', 'onError', 'onNull'],
    notObject: 40540,
    unknown: 40541,
    missing: 40542,
  });
  const zoneAt = compileZone(args['timezone']);
  return (doc, variables) => {
    const text = args['dateString']?.(doc, variables);
    if (isNullish(text)) return args['onNull'] ? args['onNull'](doc, variables) : null;
    const zone = zoneAt(doc, variables);
    const format = args['format']?.(doc, variables);
    if (!zone || (args['format'] && isNullish(format))) return null;
    if (args['format'] && typeof format !== 'string')
      throw location(40684, `$dateFromString requires that 'format' be a string, found: ${bsonTypeOf(format)}`);
    const parsed =
      typeof text !== 'string'
        ? undefined
        : args['format']
          ? parseFormatted(text, format as string, zone)
          : parseDateText(text, zone);
    if (parsed) return parsed;
    if (args['onError']) return args['onError'](doc, variables);
    if (typeof text !== 'string')
      throw refusal(241, `$dateFromString requires that 'dateString' be a string, found: ${bsonTypeOf(text)}`);
    throw refusal(241, `Error parsing date string '${text}'`);
  };
}
