import { compileUpdatePipeline } from '../aggregate/update-pipeline.ts';
import { bsonTypeOf, type Doc, isDocument } from '../values/bson-type.ts';
import { type Collation, parseCollation } from '../values/collation.ts';
import { valuesEqual } from '../values/compare.ts';
import { putField } from '../values/fields.ts';
import { badValue, failedToParse, refusal } from '../values/refusals.ts';
import {
  type CompiledOperators,
  checkConflicts,
  comparePaths,
  compileOperators,
  type UpdateStep,
} from './compile-update.ts';

export { upsertBase, upsertId } from './upsert-base.ts';

import { preview } from '../values/preview.ts';
import { editPath, keep, remove, valueAtPath } from './path-edit.ts';

export interface UpdateOptions {
  readonly arrayFilters?: unknown;
  /** A collation document as the command carried it, or one already parsed. */
  readonly collation?: unknown;
  /** Variables of the command's `let` for a pipeline update. */
  readonly let?: Doc | undefined;
  /** The command's time, `$$NOW` of a pipeline update. */
  readonly now?: Date | undefined;
}

export interface ApplyOptions {
  readonly now: Date;
  /** The document is the base of an upsert: `$setOnInsert` applies and `_id` may still be given. */
  readonly isInsert?: boolean;
  /** The positional index that the filter found (`matchArray`), -1 or absent when none. */
  readonly arrayIndex?: number;
}

export type UpdateKind = 'operators' | 'replacement' | 'pipeline';

export interface CompiledUpdate {
  readonly kind: UpdateKind;
  /** The updated document, sharing what did not change; the very same object when nothing did. */
  apply(doc: Doc, options: ApplyOptions): Doc;
}

/** Which of the three forms an update is. Throws FailedToParse for neither. */
export function updateKind(update: unknown): UpdateKind {
  if (Array.isArray(update)) return 'pipeline';
  if (!isDocument(update)) throw failedToParse('Update argument must be either an object or an array');
  return Object.keys(update)[0]?.startsWith('$') ? 'operators' : 'replacement';
}

/** Checks an update once, to apply it to many documents. */
export function compileUpdate(update: unknown, options: UpdateOptions = {}): CompiledUpdate {
  const kind = updateKind(update);
  const given = options.collation as Partial<Collation> | undefined;
  const collation = given && 'upperFirst' in given ? (given as Collation) : parseCollation(given);
  if (kind === 'operators') {
    const compiled = compileOperators(update as Doc, options.arrayFilters, collation);
    return { kind, apply: (doc, apply) => guardId(doc, applyOperators(doc, compiled, apply), apply) };
  }
  if (Array.isArray(options.arrayFilters) && options.arrayFilters.length > 0) {
    throw failedToParse(
      kind === 'pipeline'
        ? 'Cannot specify arrayFilters and a pipeline update'
        : 'Cannot specify arrayFilters with a replacement-style update',
    );
  }
  if (kind === 'pipeline') {
    const now = options.now ?? new Date();
    const run = compileUpdatePipeline(update as unknown[], { now, let: options.let, collation });
    return { kind, apply: (doc, apply) => guardId(doc, run(doc), apply) };
  }
  const replacement = checkedReplacement(update as Doc);
  return { kind, apply: (doc, apply) => replace(doc, replacement, apply) };
}

/** Compiles and applies once. Throws CommandErrors with MongoDB's codes; never changes its input. */
export function applyUpdate(doc: Doc, update: unknown, options: UpdateOptions & ApplyOptions): Doc {
  return compileUpdate(update, options).apply(doc, options);
}

function checkedReplacement(update: Doc): Doc {
  const dollar = Object.keys(update).find((name) => name.startsWith('$'));
  if (dollar) {
    throw refusal(
      52,
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
  return update;
}

function replace(doc: Doc, replacement: Doc, options: ApplyOptions): Doc {
  const id = doc['_id'];
  const given = replacement['_id'];
  if (id === undefined) return replacement;
  if (given !== undefined && !valuesEqual(given, id)) {
    if (options.isInsert) throw immutableId(doc);
    throw refusal(
      66,
      `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${preview(given)}`,
    );
  }
  const made: Doc = { _id: id };
  for (const name of Object.keys(replacement)) if (name !== '_id') putField(made, name, replacement[name]);
  return made;
}

function immutableId(doc: Doc): Error {
  return refusal(
    66,
    `Performing an update on the path '_id' would modify the immutable field '_id' (document {_id: ${preview(doc['_id'])}})`,
  );
}

function guardId(before: Doc, after: Doc, options: ApplyOptions): Doc {
  if (after === before) return after;
  const id = before['_id'];
  const next = after['_id'];
  if (next !== id && !(options.isInsert && id === undefined)) {
    if (next === undefined) throw immutableId(before);
    if (!valuesEqual(next, id)) throw immutableId(before);
  }
  if (Array.isArray(next)) throw refusal(53, "The '_id' value cannot be of type array");
  if (bsonTypeOf(next) === 'regex') throw refusal(53, "The '_id' value cannot be of type regex");
  return after;
}

function applyOperators(doc: Doc, compiled: CompiledOperators, options: ApplyOptions): Doc {
  const active = options.isInsert ? compiled.steps : compiled.steps.filter((step) => !step.modifier.onInsertOnly);
  const steps = compiled.isPositional ? concreteSteps(doc, active, compiled, options) : active;
  const context = { doc, now: options.now };
  let current = doc;
  for (const step of steps) {
    if (step.renameFrom) current = rename(doc, current, step, step.renameFrom);
    else current = editPath(current, step.path, (value) => step.modifier.edit(value, context), step.modifier.missing);
  }
  return current;
}

function rename(original: Doc, current: Doc, step: UpdateStep, from: readonly string[]): Doc {
  let value: unknown;
  const read = (present: unknown): typeof keep => {
    value = present;
    return keep;
  };
  editPath(original, from, read, 'refuse');
  if (value === undefined) return current;
  refuseArrayOnPath(original, from, 'source');
  refuseArrayOnPath(original, step.path, 'destination');
  const without = editPath(current, from, () => remove, 'ignore');
  return editPath(without, step.path, () => value, 'create');
}

function refuseArrayOnPath(doc: Doc, path: readonly string[], end: string): void {
  for (let length = 1; length < path.length; length += 1) {
    if (Array.isArray(valueAtPath(doc, path.slice(0, length)))) {
      throw badValue(
        `The ${end} field cannot be an array element, '${path.join('.')}' in doc with _id: ${preview(doc['_id'])} has an array field called '${path[length - 1]}'`,
      );
    }
  }
}

/** The steps with `$`, `$[]` and `$[id]` replaced by the positions that this document has. */
function concreteSteps(
  doc: Doc,
  steps: readonly UpdateStep[],
  compiled: CompiledOperators,
  options: ApplyOptions,
): UpdateStep[] {
  const concrete: UpdateStep[] = [];
  for (const step of steps) {
    if (!step.path.some((part) => part.startsWith('$'))) concrete.push(step);
    else for (const path of expand(doc, step.path, [], compiled, options)) concrete.push({ ...step, path });
  }
  checkConflicts(concrete.map((step) => step.path));
  return concrete.sort((a, b) => comparePaths(a.path, b.path));
}

function expand(
  doc: Doc,
  path: readonly string[],
  done: readonly string[],
  compiled: CompiledOperators,
  options: ApplyOptions,
): string[][] {
  const at = path.findIndex((part) => part === '$' || part.startsWith('$['));
  if (at < 0) return [[...done, ...path]];
  const head = [...done, ...path.slice(0, at)];
  const part = path[at] as string;
  const rest = path.slice(at + 1);
  if (part === '$') {
    const index = options.arrayIndex ?? -1;
    if (index < 0) throw badValue('The positional operator did not find the match needed from the query.');
    return expand(doc, rest, [...head, String(index)], compiled, options);
  }
  const array = valueAtPath(doc, head);
  if (array === undefined) {
    throw badValue(`The path '${head.join('.')}' must exist in the document in order to apply array updates.`);
  }
  if (!Array.isArray(array))
    throw badValue(`Cannot apply array updates to non-array element ${head.at(-1)}: ${preview(array)}`);
  const identifier = part.slice(2, -1);
  const matches = identifier === '' ? () => true : compiled.filters.get(identifier);
  return array.flatMap((element, index) =>
    matches?.(element) ? expand(doc, rest, [...head, String(index)], compiled, options) : [],
  );
}
