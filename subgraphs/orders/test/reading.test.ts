import { customer, operator } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderView } from './operations.ts';
import { type OrdersUnderTest, startOrders } from './start-orders.ts';

let shop: OrdersUnderTest;
let commands: string[] = [];
beforeAll(async () => {
  // Housekeeping is kept out of the counts.
  shop = await startOrders({ config: { sweepIntervalMs: 600_000 } });
  const ours = new Set(['find', 'findAndModify', 'update', 'insert', 'aggregate', 'count']);
  shop.service.database.getClient().on('commandStarted', (event) => {
    const collection = String(event.command[event.commandName]);
    if (ours.has(event.commandName) && !('outbox.id' in (event.command['filter'] ?? {})))
      commands.push(`${event.commandName} ${collection}`);
  });
});
afterAll(() => shop[Symbol.asyncDispose]());

async function counted<Result>(work: () => Promise<Result>): Promise<{ result: Result; calls: string[] }> {
  commands = [];
  const result = await work();
  return { result, calls: commands };
}

const cartQuery = '{ cart { id items { id quantity product { id } } totalQuantity } }';

describe('what reading costs', () => {
  it.each([1, 40])('one database call for a cart and its products with %i lines', async (size) => {
    const viewer = customer(`usr_size_${size}`);
    for (let index = 0; index < size; index += 1) {
      shop.addProduct(`prd_s${index}`, { available: 1_000 });
      await shop.add(viewer, `prd_s${index}`);
    }
    expect((await counted(() => shop.as(viewer)(cartQuery))).calls).toEqual(['find carts']);
    const representations = Array.from({ length: size }, (_, index) => ({
      __typename: 'Product',
      id: `prd_s${index}`,
    }));
    const stepper = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { quantityInCart } } }';
    expect((await counted(() => shop.as(viewer)(stepper, { r: representations }))).calls).toEqual(['find carts']);

    shop.state.addresses.set(`adr_usr_size_${size}`, { customerId: `usr_size_${size}`, pincode: '560001' });
    const quoted = await shop.quote(viewer);
    const total = { expectedGrandTotal: quoted?.['grandTotal']?.amount };
    const placed = await counted(() => shop.place(viewer, total));
    expect(placed.result.order?.status).toBe('CONFIRMED');
    expect(placed.calls.filter((call) => call !== 'update orders')).toEqual([
      'find orders',
      'find carts',
      'aggregate orders',
      'insert orders',
      'findAndModify orders',
      'findAndModify orders',
      'findAndModify orders',
      'findAndModify carts',
      'findAndModify orders',
    ]);
    const text = `query ($id: ID!) { order(id: $id) { ${orderView} } }`;
    expect((await counted(() => shop.as(viewer)(text, { id: placed.result.order?.id }))).calls).toEqual([
      'find orders',
    ]);
  });

  it('one call for any number of entities', async () => {
    const viewer = await shop.shopper('usr_batch');
    const { order } = await shop.place(viewer);
    const representations = Array.from({ length: 20 }, (_, index) => ({
      __typename: 'Order',
      id: index ? `ord_${index}` : order?.id,
    }));
    const text = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Order { id } } }';
    const { result, calls } = await counted(() =>
      shop.as(viewer)<{ _entities: unknown[] }>(text, { r: representations }),
    );
    expect(calls).toEqual(['find orders']);
    expect(result.data?._entities.filter((entity) => entity !== null)).toHaveLength(1);
  });
});

describe('pages of orders', () => {
  it('go from the newest to the oldest without a gap while orders come in', async () => {
    const viewer = customer('usr_pages');
    for (let index = 0; index < 5; index += 1) await shop.place(await shop.shopper('usr_pages'));
    const text = `query ($after: String) { orders(first: 2, after: $after, filter: { customerId: "usr_pages", statuses: [CONFIRMED], placedAfter: "2020-01-01T00:00:00Z", placedBefore: "2999-01-01T00:00:00Z" }) {
      totalCount edges { cursor node { number } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
    interface Page {
      orders: {
        totalCount: number;
        edges: { node: { number: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string | null };
      };
    }
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Page | null = (await shop.as(operator())<Page>(text, { after })).data;
      if (!page) throw new Error('no page');
      seen.push(...page.orders.edges.map(({ node }) => node.number));
      after = page.orders.pageInfo.endCursor;
      if (seen.length === 2) await shop.place(await shop.shopper('usr_pages'));
      if (!page.orders.pageInfo.hasNextPage) break;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
    expect(viewer.kind).toBe('user');
  });

  it.each(['first: 0', 'first: 101', 'after: "nonsense"'])('refuse %s as bad input', async (argument) => {
    const reply = await shop.as(operator())(`{ orders(${argument}) { nodes { id } } }`);
    expect(reply.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });
});
