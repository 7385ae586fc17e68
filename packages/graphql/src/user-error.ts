/** A business refusal as the schema's UserError types carry it: a code of the payload's closed enum, and text that is safe to show. */
export interface UserErrorFields<Code extends string> {
  code: Code;
  message: string;
  /** Path from the argument root, e.g. `['input', 'email']`; null when no single field is to blame. */
  field: readonly string[] | null;
}

/** Builds one refusal; `rest` may set `field` and the numbers that help, e.g. `{ availableQuantity: 2 }`. */
export function userError<Code extends string, Rest extends object = Record<never, never>>(
  code: Code,
  message: string,
  rest?: Rest,
): UserErrorFields<Code> & Rest {
  return { code, message, field: null, ...rest } as UserErrorFields<Code> & Rest;
}
