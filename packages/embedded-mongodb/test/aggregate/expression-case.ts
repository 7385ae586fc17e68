/** One case of the manual: operator, page name under reference/operator/aggregation, expression, document, value (`undefined`: missing). */
export type ExpressionCase = readonly [
  operator: string,
  page: string,
  expression: unknown,
  doc: object,
  value: unknown,
];

/** An expression that MongoDB refuses: operator, page name, expression, document, code. */
export type ExpressionRefusal = readonly [
  operator: string,
  page: string,
  expression: unknown,
  doc: object,
  code: number,
];

/** Named arguments given in pairs: for `then`, which as a plain property would make an object look like a promise. */
export function named(...pairs: readonly unknown[]): object {
  return Object.fromEntries(pairs.flatMap((name, index) => (index % 2 === 0 ? [[name, pairs[index + 1]]] : [])));
}
