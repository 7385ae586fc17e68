import type { EnvReader } from '@swiftcart/service';

/** Settings of the catalogue's own; every field has a default. */
export interface CatalogConfig {
  /** For products created without a `maxPerOrder`. */
  defaultMaxPerOrder: number;
  /** For products created without a `lowStockThreshold`, in packs. */
  defaultLowStockThreshold: number;
  /** Longest a list is counted; above it `totalCount` is null. */
  maxCounted: number;
  /** Pause between rounds of background work. */
  upkeepIntervalMs: number;
}

export const catalogDefaults: CatalogConfig = {
  defaultMaxPerOrder: 10,
  defaultLowStockThreshold: 5,
  maxCounted: 10_000,
  upkeepIntervalMs: 30_000,
};

/** Reads `CATALOG_*`; malformed values are collected by the reader. */
export function readCatalogConfig(env: EnvReader): CatalogConfig {
  const { defaultMaxPerOrder, defaultLowStockThreshold, maxCounted, upkeepIntervalMs } = catalogDefaults;
  return {
    defaultMaxPerOrder: env.integer('CATALOG_DEFAULT_MAX_PER_ORDER', {
      default: defaultMaxPerOrder,
      min: 1,
      max: 1_000,
    }),
    defaultLowStockThreshold: env.integer('CATALOG_DEFAULT_LOW_STOCK_THRESHOLD', {
      default: defaultLowStockThreshold,
      min: 0,
      max: 1_000_000,
    }),
    maxCounted: env.integer('CATALOG_MAX_COUNTED_PRODUCTS', { default: maxCounted, min: 1, max: 1_000_000 }),
    upkeepIntervalMs: env.integer('CATALOG_UPKEEP_INTERVAL_MS', { default: upkeepIntervalMs, min: 100, max: 600_000 }),
  };
}
