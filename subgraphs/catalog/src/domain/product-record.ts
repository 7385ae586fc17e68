import type { PackUnit } from './pack-size.ts';
import type { Hold, PendingMovement, StockCounts } from './stock-record.ts';

/** A product as it is stored: the catalogue's facts, what they are found by, and its stock, all in one document so that one write judges a sale. */
export interface ProductRecord {
  _id: string;
  sku: string;
  slug: string;
  name: string;
  brand: string | null;
  description: string | null;
  categoryId: string;
  imageUrls: string[];
  pack: { value: number; unit: PackUnit };
  /** Minor units (paise). */
  mrp: number;
  /** Minor units (paise), never above `mrp`. */
  price: number;
  discountPercent: number;
  /** Band of `price`, for the price facet; see `priceBandOf`. */
  priceBand: string;
  tags: string[];
  isActive: boolean;
  maxPerOrder: number;
  lowStockThreshold: number;
  /** 0 for bestsellers, 1 for the rest: the shop window's order. */
  rank: number;
  /** The folded name, for sorting. */
  nameKey: string;
  /** Folded words of the name: they weigh more than the rest of `searchTokens`. */
  nameTokens: string[];
  searchTokens: string[];
  /** Counts changes by operators; stock does not count. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
  stock: StockCounts;
  holds: Hold[];
  movements: PendingMovement[];
  adjustments: RecordedAdjustment[];
}

/** A stock count that was applied, remembered so that its repeat is not. */
export interface RecordedAdjustment {
  key: string;
  delta: number;
  at: Date;
}

/** What lists and pages read: everything but what only stock keeping and searching need. */
export type ProductView = Omit<
  ProductRecord,
  'holds' | 'movements' | 'adjustments' | 'nameTokens' | 'searchTokens' | 'priceBand'
>;
