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
