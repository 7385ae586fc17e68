export const catalogErrorCodes = [
  'INVALID',
  'NOT_FOUND',
  'SKU_TAKEN',
  'SLUG_TAKEN',
  'PRICE_ABOVE_MRP',
  'VERSION_CONFLICT',
  'INSUFFICIENT_STOCK',
  'LIMIT_EXCEEDED',
] as const;
export type CatalogErrorCode = (typeof catalogErrorCodes)[number];

/** A refusal as the schema's CatalogError shows it. */
export interface CatalogRefusal {
  code: CatalogErrorCode;
  message: string;
  field: readonly string[] | null;
  productId: string | null;
  availableQuantity: number | null;
}

/** Builds a refusal; what is left out is null. */
export function refusal(
  code: CatalogErrorCode,
  message: string,
  rest: Partial<Omit<CatalogRefusal, 'code' | 'message'>> = {},
): CatalogRefusal {
  return { code, message, field: null, productId: null, availableQuantity: null, ...rest };
}
