import { countMovement } from '../commands/stock-movement.ts';
import type { CatalogStore } from '../store/create-store.ts';
import { seedRecords } from './seed-records.ts';

/**
 * Fills an empty catalogue. Products go in before categories, and a catalogue is empty while it has no category, so that a
 * crash halfway is made good by the next start. Ids are fixed: two processes that seed at once add the same documents.
 */
export async function seedCatalogue({ products, categories, movements }: CatalogStore, now: Date): Promise<void> {
  if (!(await categories.isEmpty())) return;
  const records = seedRecords(now);
  await products.insertMissing(records.products);
  await movements.add(
    records.products
      .filter(({ stock }) => stock.initial > 0)
      .map(({ _id, stock }) => ({
        productId: _id,
        movement: { ...countMovement(stock.initial, 'Opening stock', null, now), id: _id.replace('prd_', 'mov_') },
      })),
  );
  await categories.insertMissing(records.categories);
}
