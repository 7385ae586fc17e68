import type { CatalogContext } from '../context.ts';
import { type CatalogRefusal, refusal } from '../domain/catalog-refusal.ts';
import { maxStock } from '../domain/product-input.ts';
import type { ProductView } from '../domain/product-record.ts';
import { becomesLow } from '../domain/stock-decisions.ts';
import { isPlainText } from '../domain/text-rules.ts';
import { lowStockEvent } from './low-stock-event.ts';
import { countMovement } from './stock-movement.ts';

export interface StockAdjustment {
  productId: string;
  /** Packs in (positive) or out (negative). */
  delta: number;
}

export interface AdjustStockInput {
  rows: readonly StockAdjustment[];
  reason: string;
  idempotencyKey: string;
}

/** What became of one row: the product as it is now, and why the row was refused, if it was. */
export interface AdjustmentOutcome {
  productId: string;
  product: ProductView | null;
  userErrors: CatalogRefusal[];
}

export interface AdjustStockOutcome {
  results: AdjustmentOutcome[];
  userErrors: CatalogRefusal[];
}

const maxRows = 100;

/**
 * Applies a stock count row by row. The key is remembered in each product with the change itself, so a repeat after a crash
 * halfway applies what was left and repeats the rest's answer.
 */
export async function adjustStock(
  context: CatalogContext,
  input: AdjustStockInput,
  actorId: string,
): Promise<AdjustStockOutcome> {
  const userErrors = inputRefusals(input);
  if (userErrors.length > 0) return { results: [], userErrors };
  const results: AdjustmentOutcome[] = [];
  const seen = new Set<string>();
  for (const [index, row] of input.rows.entries()) {
    const repeated = seen.has(row.productId);
    seen.add(row.productId);
    const outcome = repeated
      ? { refused: refusal('INVALID', 'This product has a row already.', { productId: row.productId }) }
      : await adjustRow(context, row, input, actorId);
    const product =
      'product' in outcome ? outcome.product : await context.loaders.product.clear(row.productId).load(row.productId);
    const refused = 'refused' in outcome ? [{ ...outcome.refused, field: ['input', 'rows', String(index)] }] : [];
    results.push({ productId: row.productId, product, userErrors: refused });
  }
  context.app.ledger.wake();
  context.loaders.clear();
  return { results, userErrors: [] };
}

function inputRefusals({ rows, reason, idempotencyKey }: AdjustStockInput): CatalogRefusal[] {
  const refusals: CatalogRefusal[] = [];
  const refuse = (field: string, message: string, code: CatalogRefusal['code'] = 'INVALID') =>
    refusals.push(refusal(code, message, { field: ['input', field] }));
  if (rows.length < 1) refuse('rows', 'Give at least one row.');
  if (rows.length > maxRows) refuse('rows', `At most ${maxRows} rows, not ${rows.length}.`, 'LIMIT_EXCEEDED');
  if (!isPlainText(reason, 1, 200)) refuse('reason', 'A reason has 1 to 200 characters.');
  if (!isPlainText(idempotencyKey, 8, 100)) refuse('idempotencyKey', 'An idempotency key has 8 to 100 characters.');
  return refusals;
}

type RowOutcome = { product: ProductView } | { refused: CatalogRefusal };

async function adjustRow(
  context: CatalogContext,
  { productId, delta }: StockAdjustment,
  { reason, idempotencyKey: key }: AdjustStockInput,
  actorId: string,
): Promise<RowOutcome> {
  const { app, loaders } = context;
  const refuse = (
    code: CatalogRefusal['code'],
    message: string,
    availableQuantity: number | null = null,
  ): RowOutcome => ({
    refused: refusal(code, message, { productId, availableQuantity }),
  });
  if (delta === 0 || Math.abs(delta) > maxStock)
    return refuse('INVALID', `A delta is not 0 and at most ${maxStock} either way.`);
  for (;;) {
    const product = await loaders.product.clear(productId).load(productId);
    if (product === null) return refuse('NOT_FOUND', 'There is no such product.');
    const applied = await app.store.stock.findAdjustment(productId, key);
    if (applied !== null) {
      return applied.delta === delta
        ? { product }
        : refuse('INVALID', 'This key was used for another change of this product.');
    }
    const { available, overThreshold } = product.stock;
    if (available + delta < 0) return refuse('INSUFFICIENT_STOCK', `Only ${available} are available.`, available);
    if (available + delta > maxStock)
      return refuse('LIMIT_EXCEEDED', `At most ${maxStock} packs can be in stock.`, available);
    const threshold = product.lowStockThreshold;
    const crossing = becomesLow(overThreshold, overThreshold + delta)
      ? { available, threshold, event: lowStockEvent(context, product, { available: available + delta, threshold }) }
      : undefined;
    const now = app.now();
    const movement = countMovement(delta, reason.trim(), actorId, now);
    const adjusted = await app.store.stock.adjust(
      productId,
      { key, delta, at: now },
      maxStock - delta,
      movement,
      crossing,
    );
    if (adjusted !== null) {
      if (crossing !== undefined) app.eventsWritten();
      return { product: adjusted };
    }
    // A sale or another operator came between: look again.
  }
}
