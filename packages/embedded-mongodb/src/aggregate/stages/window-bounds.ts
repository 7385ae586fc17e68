import { addNumbers } from '../../values/arithmetic.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../../values/bson-type.ts';
import { dateAt } from '../../values/dates.ts';
import { toDouble } from '../../values/numeric.ts';
import { preview } from '../../values/preview.ts';
import { failedToParse, location } from '../../values/refusals.ts';

type Compare = (a: unknown, b: unknown) => number;

/** Which documents of a partition belong to the window of one of them. */
export type Window =
  | { readonly kind: 'all' }
  /** From the first document to the current one. */
  | { readonly kind: 'running' }
  | { readonly kind: 'documents'; includes(offset: number): boolean }
  | { readonly kind: 'range'; includes(other: unknown, own: unknown, compare: Compare): boolean };

const unitMs: Readonly<Record<string, number>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};

/** Parses `window`; none means the whole partition. Throws Location5339900-5339902 and FailedToParse. */
export function parseWindow(spec: unknown, sortBy: unknown): Window {
  if (spec === undefined) return { kind: 'all' };
  if (!isDocument(spec)) throw failedToParse("'window' field must be an object");
  const unknown = Object.keys(spec).find((name) => !['documents', 'range', 'unit'].includes(name));
  if (unknown) throw failedToParse(`'window' field contains unknown argument: ${unknown}`);
  const { documents, range, unit } = spec;
  if (documents !== undefined && range !== undefined)
    throw failedToParse("'window' can have only 'documents' or 'range', not both");
  if (documents === undefined && range === undefined) {
    if (unit !== undefined) throw failedToParse("'window' that specifies 'unit' must also specify 'range'");
    return { kind: 'all' };
  }
  return documents !== undefined ? documentWindow(documents, sortBy) : rangeWindow(range, unit, sortBy);
}

function bounds(spec: unknown): [unknown, unknown] {
  if (!Array.isArray(spec) || spec.length !== 2)
    throw failedToParse(`Window bounds must be a 2-element array: ${bsonTypeOf(spec)}`);
  return [spec[0], spec[1]];
}

function documentWindow(spec: unknown, sortBy: unknown): Window {
  const [lower, upper] = bounds(spec).map((bound, index) => offsetOf(bound, index));
  if (sortBy === undefined && (Number.isFinite(lower) || Number.isFinite(upper))) {
    throw location(5339901, 'Document-based bounds require a sortBy');
  }
  if ((lower as number) > (upper as number))
    throw location(5339900, `Lower bound must not exceed upper bound: [${lower}, ${upper}]`);
  if (lower === Number.NEGATIVE_INFINITY && upper === Number.POSITIVE_INFINITY) return { kind: 'all' };
  if (lower === Number.NEGATIVE_INFINITY && upper === 0) return { kind: 'running' };
  return { kind: 'documents', includes: (offset) => offset >= (lower as number) && offset <= (upper as number) };
}

function offsetOf(bound: unknown, index: number): number {
  if (bound === 'unbounded') return index === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (bound === 'current') return 0;
  const number = isNumeric(bound) ? toDouble(bound) : Number.NaN;
  if (!Number.isInteger(number))
    throw failedToParse(`Numeric document-based bounds must be an integer: ${preview(bound)}`);
  return number;
}

function rangeWindow(spec: unknown, unit: unknown, sortBy: unknown): Window {
  const [lower, upper] = bounds(spec);
  if (sortBy === undefined || Object.keys(sortBy as Doc).length !== 1)
    throw location(5339902, 'Range-based bounds require sortBy a single field');
  if (unit !== undefined && (typeof unit !== 'string' || !Object.hasOwn(unitMs, unit)))
    throw failedToParse(`'unit' ${preview(unit)} is not supported here`);
  const scale = unit === undefined ? undefined : (unitMs[unit as string] as number);
  const edge = (bound: unknown, own: unknown): unknown => {
    if (bound === 'current') return own;
    if (!isNumeric(bound)) throw failedToParse('Range-based bounds expression must be a number');
    if (own instanceof Date) {
      if (scale === undefined)
        throw location(5429513, 'For windows that involve date or time ranges, a unit must be provided.');
      return dateAt(own.getTime() + toDouble(bound) * scale);
    }
    if (!isNumeric(own))
      throw location(
        5429414,
        `PartitionIterator: expected the sortBy field to be numeric, but it was ${bsonTypeOf(own)}`,
      );
    return addNumbers(own, bound);
  };
  return {
    kind: 'range',
    includes: (other, own, compare) =>
      (lower === 'unbounded' || compare(other, edge(lower, own)) >= 0) &&
      (upper === 'unbounded' || compare(other, edge(upper, own)) <= 0),
  };
}
