import { GraphQLScalarType, Kind } from 'graphql';
import { badUserInput } from './coded-error.ts';

/** `DateTime`: an RFC 3339 instant. Read with any offset, always written in UTC with milliseconds; a Date inside the process. */
export const dateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'RFC 3339 instant, always UTC.',
  serialize: (value) => writeInstant(value),
  parseValue: (value) => {
    if (typeof value !== 'string') throw badUserInput('DateTime must be a string such as 2026-01-31T09:30:00Z.');
    return parseInstant(value);
  },
  parseLiteral: (node) => {
    if (node.kind !== Kind.STRING) throw badUserInput('DateTime must be a string such as 2026-01-31T09:30:00Z.');
    return parseInstant(node.value);
  },
});

const instantPattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Throws BAD_USER_INPUT. The calendar is checked apart, because JavaScript reads 30 February as 2 March. */
function parseInstant(text: string): Date {
  const match = instantPattern.exec(text);
  const instant = match === null ? undefined : new Date(text.toUpperCase());
  if (match === null || instant === undefined || Number.isNaN(instant.getTime()) || !isRealDay(match)) {
    throw badUserInput('DateTime must be an RFC 3339 instant such as 2026-01-31T09:30:00Z.');
  }
  return instant;
}

function isRealDay(match: RegExpExecArray): boolean {
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const days = new Date(Date.UTC(2000, month, 0)).setUTCFullYear(year, month, 0);
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(days).getUTCDate();
}

function writeInstant(value: unknown): string {
  const instant =
    value instanceof Date
      ? value
      : new Date(typeof value === 'string' || typeof value === 'number' ? value : Number.NaN);
  if (Number.isNaN(instant.getTime())) throw new TypeError('DateTime cannot represent this value.');
  return instant.toISOString();
}
