/**
 * What a query found out about a document beside its fields, for `$meta`. Kept beside the parsed document, not in it, so it
 * goes when the document goes.
 */
const textScores = new WeakMap<object, number>();

export function noteTextScore(doc: object, score: number): void {
  textScores.set(doc, score);
}

/** Undefined for a document that no `$text` found, or that a stage has made anew since. */
export function textScoreOf(doc: object): number | undefined {
  return textScores.get(doc);
}
