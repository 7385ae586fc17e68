/** Page name under reference/operator/aggregation, documents, pipeline, the documents that come out. */
export type StageCase = readonly [
  stage: string,
  page: string,
  docs: readonly object[],
  pipeline: readonly object[],
  out: readonly object[],
];
/** A pipeline that MongoDB refuses, with the code of its error. */
export type StageRefusal = readonly [stage: string, page: string, pipeline: readonly unknown[], code: number];
