import { editPath } from '../../update/path-edit.ts';
import { bsonTypeOf, type Doc, isDocument } from '../../values/bson-type.ts';
import { encodeKey } from '../../values/key.ts';
import { valuesAtPath } from '../../values/paths.ts';
import { preview } from '../../values/preview.ts';
import { failedToParse, location, refusal } from '../../values/refusals.ts';
import { bind, type Expression, withNames } from '../expression-scope.ts';
import type { PipelineScope, Stage, StageCompiler } from '../stage.ts';
import { checkVariableName } from '../variable-name.ts';
import { compileGraphLookup } from './graph-lookup.ts';

/** Stages that read other collections. */
export const joiningStages: Readonly<Record<string, StageCompiler>> = {
  $lookup: compileLookup,
  $graphLookup: compileGraphLookup,
  $unionWith: compileUnionWith,
  $documents: (operand, scope) => {
    const { compile, values } = scope.variables;
    const expression = compile.compile(operand, compile);
    return function* documents(docs) {
      for (const _doc of docs) throw location(5858203, '$documents is only valid where no collection is read');
      yield* listedDocuments(expression({}, values));
    };
  },
  $out: refused(115, '$out can only be the last stage of an aggregate command, which takes it off the pipeline'),
  $merge: refused(115, '$merge can only be the last stage of an aggregate command, which takes it off the pipeline'),
  $changeStream: refused(40573, 'The $changeStream stage is only supported on replica sets'),
  $geoNear: refused(40602, '$geoNear is only valid as the first stage in a pipeline.'),
};

function refused(code: number, message: string): StageCompiler {
  return () => {
    throw refusal(code, message);
  };
}

function listedDocuments(list: unknown): Doc[] {
  if (!Array.isArray(list) || !list.every(isDocument))
    throw location(5858203, 'an array of documents is expected in $documents');
  return list;
}

/** The `$documents` that may open an inner pipeline in place of a collection. */
function openingDocuments(
  pipeline: readonly unknown[],
  scope: PipelineScope,
): { docs: Expression; rest: readonly unknown[] } | undefined {
  const first = pipeline[0];
  if (!isDocument(first) || !Object.hasOwn(first, '$documents')) return undefined;
  return {
    docs: scope.variables.compile.compile(first['$documents'], scope.variables.compile),
    rest: pipeline.slice(1),
  };
}

function compileUnionWith(operand: unknown, scope: PipelineScope): Stage {
  if (typeof operand !== 'string' && !isDocument(operand))
    throw failedToParse(
      `the $unionWith stage specification must be an object or string, but found ${bsonTypeOf(operand)}`,
    );
  const spec: Doc = typeof operand === 'string' ? { coll: operand } : operand;
  const unknown = Object.keys(spec).find((name) => name !== 'coll' && name !== 'pipeline');
  if (unknown) throw location(40415, `BSON field '$unionWith.${unknown}' is an unknown field.`);
  const pipeline = (spec['pipeline'] ?? []) as unknown[];
  const opening = openingDocuments(pipeline, scope);
  if (typeof spec['coll'] !== 'string' && !opening)
    throw failedToParse(
      '$unionWith stage without explicit collection must have a pipeline with $documents as first stage',
    );
  const run = scope.compile(opening?.rest ?? pipeline, scope);
  return function* union(docs) {
    yield* docs;
    yield* run(
      opening
        ? listedDocuments(opening.docs({}, scope.variables.values))
        : scope.lookupCollection(spec['coll'] as string),
    );
  };
}

const lookupFields = ['from', 'as', 'localField', 'foreignField', 'let', 'pipeline'];

function compileLookup(operand: unknown, scope: PipelineScope): Stage {
  if (!isDocument(operand))
    throw failedToParse(`the $lookup stage specification must be an object, but found ${bsonTypeOf(operand)}`);
  for (const [name, value] of Object.entries(operand)) {
    if (!lookupFields.includes(name)) throw failedToParse(`unknown argument to $lookup: ${name}`);
    if (['from', 'as', 'localField', 'foreignField'].includes(name) && typeof value !== 'string') {
      throw failedToParse(`$lookup argument '${name}: ${preview(value)}' must be a string, found ${bsonTypeOf(value)}`);
    }
  }
  const { from, as, localField, foreignField, pipeline } = operand;
  if (typeof as !== 'string') throw failedToParse("must specify 'as' field for a $lookup");
  if ((localField === undefined) !== (foreignField === undefined))
    throw failedToParse("$lookup requires both or neither of 'localField' and 'foreignField' to be specified");
  if (localField === undefined && !Array.isArray(pipeline))
    throw failedToParse("$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified");
  if (pipeline !== undefined && !Array.isArray(pipeline))
    throw location(14, "'pipeline' option must be specified as an array");
  if (operand['let'] !== undefined && pipeline === undefined)
    throw failedToParse("$lookup with a 'let' argument must also specify 'pipeline'");
  const opening = openingDocuments((pipeline ?? []) as unknown[], scope);
  if (typeof from !== 'string' && !opening) throw failedToParse("must specify 'from' field for a $lookup");
  const source = (): Iterable<Doc> =>
    opening ? listedDocuments(opening.docs({}, scope.variables.values)) : scope.lookupCollection(from as string);
  const join = localField === undefined ? undefined : equalityJoin(localField as string, foreignField as string, scope);
  const inner =
    pipeline === undefined ? undefined : innerPipeline(opening?.rest ?? (pipeline as unknown[]), operand['let'], scope);
  const path = as.split('.');
  return function* looked(docs) {
    // The other collection is read once a run, and hashed by the joined field.
    const candidates = [...source()];
    const matching = join?.(candidates);
    for (const doc of docs) {
      const matched = matching ? matching(doc) : candidates;
      const found = inner ? inner(doc, matched) : matched;
      yield editPath(doc, path, () => found, 'create');
    }
  };
}

/** Matches as `foreignField: { $in: values of localField }`: arrays on both sides by element, missing as null. */
function equalityJoin(localField: string, foreignField: string, scope: PipelineScope) {
  const key = (value: unknown): string => encodeKey(value ?? null, { collation: scope.collation });
  return (candidates: readonly Doc[]) => {
    const byKey = new Map<string, number[]>();
    candidates.forEach((candidate, index) => {
      for (const each of new Set(valuesAtPath(candidate, foreignField).map(key))) {
        const list = byKey.get(each);
        if (list) list.push(index);
        else byKey.set(each, [index]);
      }
    });
    return (doc: Doc): Doc[] => {
      const locals = valuesAtPath(doc, localField);
      // An array stands for its elements, not for itself.
      const values =
        locals.length > 1 || !Array.isArray(locals[0]) ? locals.filter((value) => !Array.isArray(value)) : [];
      const found = new Set<number>();
      for (const value of values.length > 0 || locals.length > 0 ? values : [null])
        for (const index of byKey.get(key(value)) ?? []) found.add(index);
      return [...found].sort((a, b) => a - b).map((index) => candidates[index] as Doc);
    };
  };
}

function innerPipeline(pipeline: readonly unknown[], bindings: unknown, scope: PipelineScope) {
  if (bindings !== undefined && !isDocument(bindings))
    throw failedToParse(`$lookup argument 'let' must be an object, is type ${bsonTypeOf(bindings)}`);
  const compiled = Object.entries(bindings ?? {}).map(([name, expression]) => {
    checkVariableName(name);
    return { name, expression: scope.variables.compile.compile(expression, scope.variables.compile) };
  });
  const compileScope = withNames(
    scope.variables.compile,
    compiled.map(({ name }) => name),
  );
  // Compiled once; the values are filled in per outer document, whose inner run ends before the next begins.
  const slots = bind(scope.variables.values, {}) as Record<string, unknown>;
  const run = scope.compile(pipeline, { ...scope, variables: { compile: compileScope, values: slots } });
  return (doc: Doc, candidates: readonly Doc[]): Doc[] => {
    for (const { name, expression } of compiled) slots[name] = expression(doc, scope.variables.values);
    return [...run(candidates)];
  };
}
