export const availabilities = ['IN_STOCK', 'LOW_STOCK', 'OUT_OF_STOCK'] as const;
export type StockAvailability = (typeof availabilities)[number];

/** What everybody may know about stock. */
export function availabilityOf(available: number, lowStockThreshold: number): StockAvailability {
  if (available <= 0) return 'OUT_OF_STOCK';
  return available <= lowStockThreshold ? 'LOW_STOCK' : 'IN_STOCK';
}

export const availabilityLabels: Record<StockAvailability, string> = {
  IN_STOCK: 'In stock',
  LOW_STOCK: 'Only a few left',
  OUT_OF_STOCK: 'Sold out',
};
