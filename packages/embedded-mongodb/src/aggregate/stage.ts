import type { Doc } from '../values/bson-type.ts';
import type { Collation } from '../values/collation.ts';
import type { ExpressionScope } from './expressions.ts';

/** A compiled stage: documents in, documents out, lazily where it can. */
export type Stage = (docs: Iterable<Doc>) => Iterable<Doc>;

export interface PipelineScope {
  readonly variables: ExpressionScope;
  readonly collation: Collation | undefined;
  readonly now: Date;
  lookupCollection(name: string): Iterable<Doc>;
  /** Compiles an inner pipeline (`$facet`, `$lookup`, `$unionWith`) in its own scope. */
  compile(pipeline: unknown, scope: PipelineScope): Stage;
}

export type StageCompiler = (operand: unknown, scope: PipelineScope) => Stage;

/** A stage that maps each document. */
export function mapping(map: (doc: Doc) => Doc): Stage {
  return function* mapped(docs) {
    for (const doc of docs) yield map(doc);
  };
}
