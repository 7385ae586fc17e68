import { bsonTypeOf, type Doc } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import { refusal } from '../values/refusals.ts';
import { preparePipeline } from './run-pipeline.ts';

const allowed = ['$set', '$addFields', '$unset', '$project', '$replaceRoot', '$replaceWith'];

export interface UpdatePipelineOptions {
  readonly now: Date;
  readonly let?: Doc | undefined;
  readonly collation?: Collation | undefined;
}

/** Checks and compiles an update in pipeline form: https://www.mongodb.com/docs/manual/tutorial/update-documents-with-aggregation-pipeline/ */
export function compileUpdatePipeline(stages: readonly unknown[], options: UpdatePipelineOptions): (doc: Doc) => Doc {
  for (const stage of stages) {
    const name = bsonTypeOf(stage) === 'object' ? Object.keys(stage as Doc)[0] : undefined;
    if (name === undefined || !allowed.includes(name)) {
      throw refusal(72, `${name} is not allowed to be used within an update`);
    }
  }
  const run = preparePipeline(stages, { ...options, lookupCollection: () => [] });
  return (doc) => {
    const [result = {}] = run([doc]);
    // A replaced document keeps its _id unless the pipeline gave one.
    if (doc['_id'] === undefined || Object.hasOwn(result, '_id')) return result;
    return { _id: doc['_id'], ...result };
  };
}
