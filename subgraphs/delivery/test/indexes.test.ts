import { startDatabase } from '@swiftcart/testkit';
import type { Query } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { activeStates } from '../src/domain/delivery-state.ts';
import { openStore } from '../src/store/store.ts';

describe('indexes of the delivery database', () => {
  it('serve every query of the subgraph, so that none scans a collection', async () => {
    await using database = await startDatabase();
    await using store = await openStore({ uri: database.url, databaseName: database.name('swiftcart_delivery') });
    const { model: deliveries } = store.deliveries;
    const { model: riders } = store.riders;
    const now = new Date();
    const queries: Record<string, Query<unknown, unknown>> = {
      byOrder: deliveries.find({ _id: { $in: ['a', 'b'] } }),
      byPublicId: deliveries.find({ publicId: { $in: ['a'] } }),
      queue: deliveries
        .find({ $and: [{ state: { $in: activeStates } }] })
        .sort({ promisedAt: 1, _id: 1 })
        .limit(51),
      riderQueue: deliveries
        .find({ $and: [{ state: { $in: activeStates } }, { riderId: 'rid' }] })
        .sort({ promisedAt: 1, _id: 1 }),
      changed: deliveries
        .find({ updatedAt: { $gte: now } })
        .sort({ updatedAt: 1 })
        .limit(500),
      waiting: deliveries.find({ state: 'PACKED', riderId: null }).sort({ promisedAt: 1, _id: 1 }).limit(50),
      overdue: deliveries.find({ state: { $in: activeStates }, estimatedAt: { $lt: now } }),
      serving: deliveries.find({ customerId: 'usr', riderId: { $in: ['rid'] }, state: { $in: activeStates } }),
      summary: deliveries.find({ placedAt: { $gte: now } }),
      outbox: deliveries.find({ 'outbox.id': { $gt: '' } }),
      ownRider: riders.find({ userId: 'usr' }),
      staleClaims: riders.find({ 'claims.claimedAt': { $lt: now } }),
    };
    for (const [name, query] of Object.entries(queries)) {
      const plan = JSON.stringify(await query.explain('executionStats'));
      expect(plan, name).not.toContain('COLLSCAN');
      expect(plan, name).toMatch(/IXSCAN|IDHACK|EXPRESS/);
    }
  });
});
