import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../../values/bson-type.ts';
import { compareValues, typeRank } from '../../values/compare.ts';
import { toDouble } from '../../values/numeric.ts';
import { location } from '../../values/refusals.ts';
import type { PipelineScope, Stage, StageCompiler } from '../stage.ts';
import { compileFields, group } from './grouping.ts';

export const bucketingStages: Readonly<Record<string, StageCompiler>> = {
  $bucket: compileBucket,
  $bucketAuto: compileBucketAuto,
};

function compileBucket(operand: unknown, scope: PipelineScope): Stage {
  if (!isDocument(operand))
    throw location(40201, `Argument to $bucket stage must be an object, but found type: ${bsonTypeOf(operand)}.`);
  const unknown = Object.keys(operand).find((name) => !['groupBy', 'boundaries', 'default', 'output'].includes(name));
  if (unknown) throw location(40197, `Unrecognized option to $bucket: ${unknown}.`);
  if (operand['groupBy'] === undefined || operand['boundaries'] === undefined)
    throw location(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  requireExpression(operand['groupBy'], 40202);
  const { compile, values } = scope.variables;
  const boundaries = checkedBoundaries(operand['boundaries'], scope);
  const hasDefault = Object.hasOwn(operand, 'default');
  const fallback = hasDefault ? compile.compile(operand['default'], compile)({}, values) : undefined;
  if (hasDefault) refuseDefaultInside(fallback, boundaries, scope);
  const groupBy = compile.compile(operand['groupBy'], compile);
  const fields = compileFields(outputOf(operand), scope);
  const lowest = boundaries[0];
  const highest = boundaries.at(-1);
  return (docs) => {
    const bucketOf = (doc: Doc): unknown => {
      const value = groupBy(doc, values);
      const isInside =
        compareValues(value, lowest, scope.collation) >= 0 && compareValues(value, highest, scope.collation) < 0;
      if (isInside) return boundaries.findLast((boundary) => compareValues(boundary, value, scope.collation) <= 0);
      if (!hasDefault)
        throw location(40066, '$switch could not find a matching branch for an input, and no default was specified.');
      return fallback;
    };
    return [...group(docs, { fields }, bucketOf, scope)].sort((a, b) =>
      compareValues(a['_id'], b['_id'], scope.collation),
    );
  };
}

function requireExpression(groupBy: unknown, code: number): void {
  const isPath = typeof groupBy === 'string' && groupBy.startsWith('$');
  if (!isPath && !(isDocument(groupBy) && Object.keys(groupBy)[0]?.startsWith('$'))) {
    throw location(code, `The 'groupBy' field must be defined as a $-prefixed path or an expression.`);
  }
}

function outputOf(operand: Doc): Doc {
  const output = operand['output'];
  if (output === undefined) return { count: { $sum: 1 } };
  if (!isDocument(output))
    throw location(40196, `The 'output' field must be an object, but found type: ${bsonTypeOf(output)}.`);
  return output;
}

function checkedBoundaries(operand: unknown, scope: PipelineScope): unknown[] {
  if (!Array.isArray(operand))
    throw location(40200, `The $bucket 'boundaries' field must be an array, but found type: ${bsonTypeOf(operand)}.`);
  if (operand.length < 2)
    throw location(
      40192,
      `The $bucket 'boundaries' field must have at least 2 values, but found ${operand.length} value(s).`,
    );
  const { compile, values } = scope.variables;
  const boundaries = operand.map((boundary) => compile.compile(boundary, compile)({}, values));
  for (let index = 1; index < boundaries.length; index += 1) {
    const [lower, upper] = [boundaries[index - 1], boundaries[index]];
    if (typeRank[bsonTypeOf(lower)] !== typeRank[bsonTypeOf(upper)])
      throw location(40193, "All values in the 'boundaries' option to $bucket must have the same type.");
    if (compareValues(lower, upper, scope.collation) >= 0)
      throw location(40194, "The 'boundaries' option to $bucket must be sorted, with each element unique.");
  }
  return boundaries;
}

function refuseDefaultInside(fallback: unknown, boundaries: readonly unknown[], scope: PipelineScope): void {
  const isSameType = typeRank[bsonTypeOf(fallback)] === typeRank[bsonTypeOf(boundaries[0])];
  const isInside =
    compareValues(fallback, boundaries[0], scope.collation) >= 0 &&
    compareValues(fallback, boundaries.at(-1), scope.collation) < 0;
  if (isSameType && isInside)
    throw location(
      40199,
      "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
    );
}

function compileBucketAuto(operand: unknown, scope: PipelineScope): Stage {
  if (!isDocument(operand))
    throw location(40240, `The argument to $bucketAuto must be an object, but found type: ${bsonTypeOf(operand)}.`);
  const unknown = Object.keys(operand).find((name) => !['groupBy', 'buckets', 'output', 'granularity'].includes(name));
  if (unknown) throw location(40245, `Unrecognized option to $bucketAuto: ${unknown}.`);
  if (operand['granularity'] !== undefined) throw location(115, "$bucketAuto 'granularity' is not supported");
  if (operand['groupBy'] === undefined || operand['buckets'] === undefined)
    throw location(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified.");
  requireExpression(operand['groupBy'], 40239);
  const buckets = isNumeric(operand['buckets']) ? toDouble(operand['buckets']) : Number.NaN;
  if (Number.isNaN(buckets))
    throw location(
      40241,
      `The $bucketAuto 'buckets' field must be a numeric value, but found type: ${bsonTypeOf(operand['buckets'])}.`,
    );
  if (!Number.isInteger(buckets))
    throw location(40242, "The $bucketAuto 'buckets' field must be representable as a 32-bit integer.");
  if (buckets <= 0)
    throw location(40243, `The $bucketAuto 'buckets' field must be greater than 0, but found: ${buckets}.`);
  const { compile, values } = scope.variables;
  const groupBy = compile.compile(operand['groupBy'], compile);
  const fields = compileFields(outputOf(operand), scope);
  return function* bucketed(docs) {
    const rows = Array.from(docs, (doc) => ({ doc, value: groupBy(doc, values) ?? null }));
    rows.sort((a, b) => compareValues(a.value, b.value, scope.collation));
    const spans = splitEvenly(
      rows.map((row) => row.value),
      buckets,
      scope,
    );
    for (let index = 0; index < spans.length; index += 1) {
      const [start, end] = spans[index] as [number, number];
      const max = end < rows.length ? rows[end]?.value : rows[rows.length - 1]?.value;
      const id = { min: rows[start]?.value, max };
      yield* group(
        rows.slice(start, end).map((row) => row.doc),
        { fields },
        () => id,
        scope,
      );
    }
  };
}

/** Runs of about equal length, never cutting equal values apart. */
function splitEvenly(sorted: readonly unknown[], buckets: number, scope: PipelineScope): [number, number][] {
  const size = Math.max(1, Math.round(sorted.length / buckets));
  const spans: [number, number][] = [];
  let start = 0;
  while (start < sorted.length) {
    let end = spans.length === buckets - 1 ? sorted.length : Math.min(sorted.length, start + size);
    while (end < sorted.length && compareValues(sorted[end], sorted[end - 1], scope.collation) === 0) end += 1;
    spans.push([start, end]);
    start = end;
  }
  return spans;
}
