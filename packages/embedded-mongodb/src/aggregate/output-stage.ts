import { Int32 } from 'bson';
import { CommandError } from '../command-error.ts';
import { valueAtPath } from '../update/path-edit.ts';
import { bsonTypeOf, type Doc, isDocument } from '../values/bson-type.ts';
import { valuesEqual } from '../values/compare.ts';
import { plainDocument, putField } from '../values/fields.ts';
import { preview } from '../values/preview.ts';
import { failedToParse, location, refusal, typeMismatch } from '../values/refusals.ts';
import { preparePipeline } from './run-pipeline.ts';

/** Where a pipeline's documents go; `database` is absent for the pipeline's own. */
export type OutputStage =
  | { readonly kind: 'out'; readonly database?: string; readonly collection: string }
  | {
      readonly kind: 'merge';
      readonly database?: string;
      readonly collection: string;
      readonly on: readonly string[];
      readonly merge: MergeRule;
    };

/** What `$merge` does with a document: insert it, replace the matched one (`before`), or nothing. */
export type MergeAction = { readonly kind: 'insert' | 'discard' } | { readonly kind: 'replace'; readonly after: Doc };

/** Decides by the document that has the same `on` values; `undefined` when there is none. Throws when the rule is "fail". */
export type MergeRule = (doc: Doc, matched: Doc | undefined) => MergeAction;

export interface OutputOptions {
  readonly now: Date;
  readonly let?: Doc | undefined;
  readonly collation?: unknown;
}

/**
 * Takes a trailing `$out` or `$merge` off a pipeline for the aggregate command, which alone can write. Throws
 * Location40601 when one stands elsewhere.
 */
export function splitOutput(
  pipeline: readonly unknown[],
  options: OutputOptions,
): { readonly stages: readonly unknown[]; readonly output?: OutputStage } {
  const nameOf = (stage: unknown): string => (isDocument(stage) ? (Object.keys(stage)[0] ?? '') : '');
  const at = pipeline.findIndex((stage) => nameOf(stage) === '$out' || nameOf(stage) === '$merge');
  if (at < 0) return { stages: pipeline };
  const name = nameOf(pipeline[at]);
  if (at !== pipeline.length - 1) throw location(40601, `${name} can only be the final stage in the pipeline`);
  const operand = (pipeline[at] as Doc)[name];
  return { stages: pipeline.slice(0, at), output: name === '$out' ? parseOut(operand) : parseMerge(operand, options) };
}

function parseOut(operand: unknown): OutputStage {
  if (typeof operand === 'string') return { kind: 'out', collection: requireName(operand) };
  if (!isDocument(operand))
    throw location(16990, `$out only supports a string or object argument, but found ${bsonTypeOf(operand)}`);
  const unknown = Object.keys(operand).find((name) => !['db', 'coll'].includes(name));
  if (unknown) throw location(40415, `BSON field '$out.${unknown}' is an unknown field.`);
  if (typeof operand['db'] !== 'string' || typeof operand['coll'] !== 'string')
    throw location(16994, "If an object is passed to $out it must have exactly 2 fields: 'db' and 'coll'.");
  return { kind: 'out', database: operand['db'], collection: requireName(operand['coll']) };
}

function requireName(collection: string): string {
  if (collection === '') throw refusal(73, 'Invalid collection name: ');
  return collection;
}

function parseTarget(into: unknown): { database?: string; collection: string } {
  if (typeof into === 'string') return { collection: requireName(into) };
  if (!isDocument(into))
    throw location(51178, `$merge 'into' field must be either a string or an object, but found ${bsonTypeOf(into)}`);
  if (typeof into['coll'] !== 'string')
    throw location(51178, "$merge 'into' field must specify a 'coll' that is not empty");
  return { collection: requireName(into['coll']), ...(typeof into['db'] === 'string' ? { database: into['db'] } : {}) };
}

const mergeFields = ['into', 'on', 'let', 'whenMatched', 'whenNotMatched'];

function parseMerge(operand: unknown, options: OutputOptions): OutputStage {
  if (typeof operand !== 'string' && !isDocument(operand))
    throw location(51182, `$merge only supports a string or object argument, but found ${bsonTypeOf(operand)}`);
  const spec: Doc = typeof operand === 'string' ? { into: operand } : operand;
  const unknown = Object.keys(spec).find((name) => !mergeFields.includes(name));
  if (unknown) throw location(40415, `BSON field '$merge.${unknown}' is an unknown field.`);
  if (spec['into'] === undefined) throw location(40414, "BSON field '$merge.into' is missing but a required field");
  const on = spec['on'] ?? '_id';
  const fields = Array.isArray(on) ? on : [on];
  if (fields.length === 0)
    throw location(51187, "If explicitly specifying $merge 'on', must include at least one field");
  for (const field of fields)
    if (typeof field !== 'string') throw location(51134, "$merge 'on' array elements must be strings");
  return {
    kind: 'merge',
    ...parseTarget(spec['into']),
    on: fields as string[],
    merge: compileRule(spec, fields as string[], options),
  };
}

function compileRule(spec: Doc, on: readonly string[], options: OutputOptions): MergeRule {
  const whenNotMatched = spec['whenNotMatched'] ?? 'insert';
  if (!['insert', 'discard', 'fail'].includes(whenNotMatched as string))
    throw failedToParse(
      `Enumeration value '${preview(whenNotMatched)}' for field '$merge.whenNotMatched' is not a valid value.`,
    );
  const matchedRule = compileMatched(spec, on, options);
  return (doc, matched) => {
    for (const field of on) {
      const value = valueAtPath(doc, field.split('.'));
      if (value === undefined || value === null) {
        if (field !== '_id')
          throw location(51132, "$merge write error: 'on' field cannot be missing, null, undefined or an array");
      } else if (Array.isArray(value)) {
        throw location(51185, `$merge write error: 'on' field '${field}' cannot be an array`);
      }
    }
    if (matched) return matchedRule(doc, matched);
    if (whenNotMatched === 'fail')
      throw location(
        13113,
        '$merge could not find a matching document in the target collection for at least one document in the source collection',
      );
    return { kind: whenNotMatched as 'insert' | 'discard' };
  };
}

function compileMatched(
  spec: Doc,
  on: readonly string[],
  options: OutputOptions,
): (doc: Doc, matched: Doc) => MergeAction {
  const whenMatched = spec['whenMatched'] ?? 'merge';
  if (Array.isArray(whenMatched)) return compileMatchedPipeline(whenMatched, spec['let'], options);
  if (spec['let'] !== undefined)
    throw location(51199, `Cannot use 'let' variables with 'whenMatched: ${preview(whenMatched)}' mode`);
  switch (whenMatched) {
    case 'merge':
      return (doc, matched) => ({
        kind: 'replace',
        after: guarded({ ...plainDocument(matched), ...plainDocument(doc) }, matched),
      });
    case 'replace':
      return (doc, matched) => ({ kind: 'replace', after: guarded(doc, matched) });
    case 'keepExisting':
      return () => ({ kind: 'discard' });
    case 'fail':
      return (doc) => {
        const keyValue = Object.fromEntries(on.map((path) => [path, valueAtPath(doc, path.split('.'))]));
        const keyPattern = Object.fromEntries(on.map((path) => [path, new Int32(1)]));
        throw new CommandError(11000, `E11000 duplicate key error dup key: ${preview(keyValue)}`, {
          keyPattern,
          keyValue,
        });
      };
    default:
      throw typeMismatch(
        `Enumeration value '${preview(whenMatched)}' for field '$merge.whenMatched' is not a valid value.`,
      );
  }
}

/** The pipeline runs on the matched document, with the new one as `$$new`. */
function compileMatchedPipeline(
  pipeline: readonly unknown[],
  bindings: unknown,
  options: OutputOptions,
): (doc: Doc, matched: Doc) => MergeAction {
  const given = bindings === undefined ? { new: '$$ROOT' } : bindings;
  if (!isDocument(given)) throw typeMismatch("$merge 'let' must be an object");
  const allowed = ['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith'];
  for (const stage of pipeline) {
    const name = isDocument(stage) ? Object.keys(stage)[0] : undefined;
    if (!name || !allowed.includes(name)) throw refusal(72, `${name} is not allowed to be used within an update`);
  }
  return (doc, matched) => {
    const values = evaluateBindings(given, doc, options);
    const [after = {}] = preparePipeline(pipeline, {
      ...options,
      let: { ...options.let, ...values },
      lookupCollection: () => [],
    })([matched]);
    return { kind: 'replace', after: guarded(after, matched) };
  };
}

/** The bindings as literals, so that a value is never read as an expression again. */
function evaluateBindings(bindings: Doc, doc: Doc, options: OutputOptions): Doc {
  const [values = {}] = preparePipeline([{ $replaceWith: { ...bindings } }], {
    ...options,
    lookupCollection: () => [],
  })([doc]);
  const literals: Doc = {};
  for (const [name, value] of Object.entries(values)) putField(literals, name, { $literal: value });
  return literals;
}

/** The target keeps its _id; another one is an attempt to change it. */
function guarded(after: Doc, matched: Doc): Doc {
  const id = matched['_id'];
  if (after['_id'] === undefined) return { _id: id, ...after };
  if (!valuesEqual(after['_id'], id))
    throw refusal(
      66,
      "$merge failed to update the matching document, did you attempt to modify the _id or the shard key? :: caused by :: the immutable field '_id' was found to have been altered",
    );
  return after;
}
