export const packUnits = ['GRAM', 'KILOGRAM', 'MILLILITRE', 'LITRE', 'PIECE'] as const;
export type PackUnit = (typeof packUnits)[number];

/** How much is in one pack. */
export interface Pack {
  value: number;
  unit: PackUnit;
}

/** A price of a reference quantity; `price` in minor units (paise). */
export interface PackPrice {
  price: number;
  per: Pack;
}

const symbols: Record<PackUnit, string> = { GRAM: 'g', KILOGRAM: 'kg', MILLILITRE: 'ml', LITRE: 'L', PIECE: 'pieces' };

/** As printed on a pack: `500 g`, `1.5 L`, `1 piece`, `6 pieces`. */
export function packLabel({ value, unit }: Pack): string {
  return unit === 'PIECE' && value === 1 ? '1 piece' : `${value} ${symbols[unit]}`;
}

/**
 * Price per 100 g, per litre or per piece, rounded to the nearest paisa. One reference for all packs of a kind, so that a
 * 500 g and a 5 kg bag compare. Undefined for a single piece, where it would repeat the price.
 */
export function unitPriceOf(price: number, pack: Pack): PackPrice | undefined {
  switch (pack.unit) {
    case 'GRAM':
      return { price: Math.round((price * 100) / pack.value), per: { value: 100, unit: 'GRAM' } };
    case 'KILOGRAM':
      return { price: Math.round(price / (pack.value * 10)), per: { value: 100, unit: 'GRAM' } };
    case 'MILLILITRE':
      return { price: Math.round((price * 1000) / pack.value), per: { value: 1, unit: 'LITRE' } };
    case 'LITRE':
      return { price: Math.round(price / pack.value), per: { value: 1, unit: 'LITRE' } };
    case 'PIECE':
      return pack.value === 1 ? undefined : { price: Math.round(price / pack.value), per: { value: 1, unit: 'PIECE' } };
    default:
      return pack.unit satisfies never;
  }
}
