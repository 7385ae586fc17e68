import { Int32, Long } from 'bson';
import { compileFilter } from '../../query/compile-filter.ts';
import { refuseInMatch } from '../../query/match-stage.ts';
import { editPath, remove } from '../../update/path-edit.ts';
import { bsonTypeOf, type Doc, isDocument, isNumeric } from '../../values/bson-type.ts';
import { putField } from '../../values/fields.ts';
import { toDouble } from '../../values/numeric.ts';
import { preview } from '../../values/preview.ts';
import { location } from '../../values/refusals.ts';
import { parseSort, sortDocuments } from '../../values/sort.ts';
import { valueAtFieldPath } from '../expressions.ts';
import type { PipelineScope, Stage, StageCompiler } from '../stage.ts';

/** Stages that choose, order, cut and spread documents. */
export const selectingStages: Readonly<Record<string, StageCompiler>> = {
  $match: (operand, scope) => {
    if (!isDocument(operand)) throw location(15959, 'the match filter must be an expression in an object');
    if (Object.hasOwn(operand, '$text'))
      throw location(17313, '$match with $text is only allowed as the first pipeline stage');
    refuseInMatch(operand);
    const filter = compileFilter(operand, { collation: scope.collation, variables: scope.variables });
    return function* match(docs) {
      for (const doc of docs) if (filter.matches(doc)) yield doc;
    };
  },
  $sort: (operand, scope) => {
    if (!isDocument(operand)) throw location(15973, 'the $sort key specification must be an object');
    if (parseSort(operand).length === 0) throw location(15976, '$sort stage must have at least one sort key');
    return (docs) => sortDocuments(docs, operand, scope.collation);
  },
  $limit: (operand) => {
    const limit = requireCount('$limit', operand, 5107201);
    if (limit === 0) throw location(15958, 'the limit must be positive');
    return function* cut(docs) {
      let left = limit;
      for (const doc of docs) {
        yield doc;
        left -= 1;
        if (left === 0) return;
      }
    };
  },
  $skip: (operand) => {
    const skip = requireCount('$skip', operand, 5107200);
    return function* skipped(docs) {
      let left = skip;
      for (const doc of docs) {
        if (left > 0) left -= 1;
        else yield doc;
      }
    };
  },
  $count: (operand) => {
    if (typeof operand !== 'string') throw location(40156, 'the count field must be a non-empty string');
    if (operand === '') throw location(40157, 'the count field must be a non-empty string');
    if (operand.startsWith('$')) throw location(40158, 'the count field cannot be a $-prefixed path');
    if (operand.includes('.')) throw location(40160, "the count field cannot contain '.'");
    return function* counted(docs) {
      let count = 0;
      for (const _doc of docs) count += 1;
      if (count === 0) return;
      const doc: Doc = {};
      putField(doc, operand, new Int32(count));
      yield doc;
    };
  },
  $sample: (operand) => {
    if (!isDocument(operand)) throw location(28745, 'the $sample stage specification must be an object');
    const unknown = Object.keys(operand).find((name) => name !== 'size');
    if (unknown) throw location(28748, `unrecognized option to $sample: ${unknown}`);
    if (!Object.hasOwn(operand, 'size')) throw location(28749, '$sample stage must specify a size');
    if (!isNumeric(operand['size'])) throw location(28746, 'size argument to $sample must be a number');
    const size = Math.trunc(toDouble(operand['size']));
    if (size <= 0) throw location(28747, 'size argument to $sample must be a positive integer');
    return (docs) => sampled([...docs], size);
  },
  $unwind: compileUnwind,
};

function requireCount(name: string, operand: unknown, code: number): number {
  const count = isNumeric(operand) ? toDouble(operand) : Number.NaN;
  if (!Number.isInteger(count) || count < 0) {
    throw location(
      code,
      `invalid argument to ${name} stage: Expected a non-negative number in: ${name}: ${preview(operand)}`,
    );
  }
  return count;
}

function sampled(docs: Doc[], size: number): Doc[] {
  const count = Math.min(size, docs.length);
  for (let index = 0; index < count; index += 1) {
    const other = index + Math.floor(Math.random() * (docs.length - index));
    const taken = docs[other] as Doc;
    docs[other] = docs[index] as Doc;
    docs[index] = taken;
  }
  return docs.slice(0, count);
}

interface UnwindSpec {
  readonly path: readonly string[];
  readonly indexField: string | undefined;
  readonly preserve: boolean;
}

function compileUnwind(operand: unknown, _scope: PipelineScope): Stage {
  const spec = parseUnwind(operand);
  return function* unwound(docs) {
    for (const doc of docs) yield* unwind(doc, spec);
  };
}

function parseUnwind(operand: unknown): UnwindSpec {
  const spec: Doc = typeof operand === 'string' ? { path: operand } : isDocument(operand) ? operand : {};
  if (typeof operand !== 'string' && !isDocument(operand)) {
    throw location(
      15981,
      `expected either a string or an object as specification for $unwind stage, got ${bsonTypeOf(operand)}`,
    );
  }
  const unknown = Object.keys(spec).find(
    (name) => !['path', 'includeArrayIndex', 'preserveNullAndEmptyArrays'].includes(name),
  );
  if (unknown) throw location(28811, `unrecognized option to $unwind stage: ${unknown}`);
  const { path, includeArrayIndex, preserveNullAndEmptyArrays } = spec;
  if (path === undefined) throw location(28812, 'no path specified to $unwind stage');
  if (typeof path !== 'string')
    throw location(28808, `expected a string as the path for $unwind stage, got ${bsonTypeOf(path)}`);
  if (!path.startsWith('$'))
    throw location(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  if (preserveNullAndEmptyArrays !== undefined && typeof preserveNullAndEmptyArrays !== 'boolean') {
    throw location(
      28809,
      `expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got ${bsonTypeOf(preserveNullAndEmptyArrays)}`,
    );
  }
  if (includeArrayIndex !== undefined) {
    if (typeof includeArrayIndex !== 'string' || includeArrayIndex === '')
      throw location(28810, 'expected a non-empty string for the includeArrayIndex option to $unwind stage');
    if (includeArrayIndex.startsWith('$'))
      throw location(
        28822,
        `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${includeArrayIndex}`,
      );
  }
  return {
    path: path.slice(1).split('.'),
    indexField: includeArrayIndex as string | undefined,
    preserve: preserveNullAndEmptyArrays === true,
  };
}

function* unwind(doc: Doc, spec: UnwindSpec): Iterable<Doc> {
  const value = valueAtFieldPath(doc, spec.path);
  const withIndex = (made: Doc, index: number | null): Doc => {
    if (spec.indexField === undefined) return made;
    const position = index === null ? null : Long.fromNumber(index);
    return editPath(made, spec.indexField.split('.'), () => position, 'create');
  };
  if (!Array.isArray(value)) {
    if (value !== undefined && value !== null) yield withIndex(doc, null);
    else if (spec.preserve) yield withIndex(doc, null);
    return;
  }
  if (value.length === 0) {
    if (spec.preserve)
      yield withIndex(
        editPath(doc, spec.path, () => remove, 'ignore'),
        null,
      );
    return;
  }
  for (let index = 0; index < value.length; index += 1) {
    const element = value[index] ?? null;
    yield withIndex(
      editPath(doc, spec.path, () => element, 'create'),
      index,
    );
  }
}
