import { bsonTypeOf, type Doc } from '../values/bson-type.ts';
import { type Collation, parseCollation } from '../values/collation.ts';
import { putField } from '../values/fields.ts';
import { location, typeMismatch } from '../values/refusals.ts';
import { type ExpressionScope, rootVariables } from './expressions.ts';
import type { PipelineScope, Stage, StageCompiler } from './stage.ts';
import { bucketingStages } from './stages/bucketing.ts';
import { gapStages } from './stages/gaps.ts';
import { groupingStages } from './stages/grouping.ts';
import { joiningStages } from './stages/joining.ts';
import { compileRedact } from './stages/redaction.ts';
import { selectingStages } from './stages/selecting.ts';
import { shapingStages } from './stages/shaping.ts';
import { compileSetWindowFields } from './stages/window.ts';

export interface PipelineOptions {
  /** The documents of another collection of the same database, for `$lookup` and `$unionWith`. */
  lookupCollection(name: string): Iterable<Doc>;
  readonly let?: Doc | undefined;
  /** A collation document as the command carried it, or one already parsed. */
  readonly collation?: unknown;
  readonly now: Date;
}

/** Every stage by name. */
export const pipelineStages: Readonly<Record<string, StageCompiler>> = {
  ...shapingStages,
  ...selectingStages,
  ...groupingStages,
  ...bucketingStages,
  ...joiningStages,
  ...gapStages,
  $facet: compileFacet,
  $redact: compileRedact,
  $setWindowFields: compileSetWindowFields,
};

/**
 * Runs a pipeline over documents. The whole pipeline is compiled, and refused if wrong, before the first document is
 * read: an unknown stage is Location40324.
 */
export function runPipeline(
  docs: Iterable<Doc>,
  pipeline: readonly unknown[],
  options: PipelineOptions,
): Iterable<Doc> {
  return preparePipeline(pipeline, options)(docs);
}

/** A pipeline compiled once, to run over many inputs. */
export function preparePipeline(pipeline: readonly unknown[], options: PipelineOptions): Stage {
  const given = options.collation as Partial<Collation> | undefined;
  const collation = given && 'upperFirst' in given ? (given as Collation) : parseCollation(given);
  const variables: ExpressionScope = rootVariables({ now: options.now, let: options.let, collation });
  return compilePipeline(pipeline, {
    variables,
    collation,
    now: options.now,
    lookupCollection: (name) => options.lookupCollection(name),
    compile: compilePipeline,
  });
}

function compilePipeline(pipeline: unknown, scope: PipelineScope): Stage {
  if (!Array.isArray(pipeline)) throw typeMismatch("'pipeline' option must be specified as an array");
  const stages = pipeline.map((stage) => compileStage(stage, scope));
  return (docs) => stages.reduce((input, stage) => stage(input), docs);
}

function compileStage(stage: unknown, scope: PipelineScope): Stage {
  if (bsonTypeOf(stage) !== 'object') throw typeMismatch("Each element of the 'pipeline' array must be an object");
  const entries = Object.entries(stage as Doc);
  if (entries.length !== 1)
    throw location(40323, 'A pipeline stage specification object must contain exactly one field.');
  const [name, operand] = entries[0] as [string, unknown];
  const compile = Object.hasOwn(pipelineStages, name) ? pipelineStages[name] : undefined;
  if (!compile) throw location(40324, `Unrecognized pipeline stage name: '${name}'`);
  return compile(operand, scope);
}

const notInFacet = ['$facet', '$out', '$merge', '$geoNear', '$collStats', '$indexStats', '$planCacheStats'];

function compileFacet(operand: unknown, scope: PipelineScope): Stage {
  if (bsonTypeOf(operand) !== 'object' || Object.keys(operand as Doc).length === 0) {
    throw location(40169, 'the $facet specification must be a non-empty object');
  }
  const facets = Object.entries(operand as Doc).map(([name, pipeline]) => {
    if (name.startsWith('$') || name.includes('.') || name === '') throw location(40170, `invalid facet name: ${name}`);
    if (!Array.isArray(pipeline))
      throw location(40170, `arguments to $facet must be arrays, ${name} is type ${bsonTypeOf(pipeline)}`);
    for (const stage of pipeline) {
      const inner = bsonTypeOf(stage) === 'object' ? Object.keys(stage as Doc)[0] : undefined;
      if (inner && notInFacet.includes(inner))
        throw location(40600, `${inner} is not allowed to be used within a $facet stage`);
    }
    return { name, run: compilePipeline(pipeline, scope) };
  });
  return function* faceted(docs) {
    const all = [...docs];
    const made: Doc = {};
    for (const { name, run } of facets) putField(made, name, [...run(all)]);
    yield made;
  };
}
