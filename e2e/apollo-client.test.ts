import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { buy, demoAccount, newCustomer, type Reply } from './support/shop-client.ts';
import * as ops from './support/shop-operations.ts';
import { startShop } from './support/start-shop.ts';

it('streams joined status changes to Apollo Client, as frontend teams will use it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'swiftcart-apollo-'));
  try {
    await using shop = await startShop('in-process', directory);
    const customer = await newCustomer(shop.url);
    const operator = await demoAccount(shop.url, 'operator');
    const { nodes } = (await customer.send(ops.SEARCH, { search: 'milk', first: 1 })).products;
    const { order } = await buy(customer, [{ productId: nodes[0].id, quantity: 1 }]);

    const socket = createClient({
      url: shop.socketUrl,
      webSocketImpl: WebSocket,
      connectionParams: { ...customer.headers },
    });
    const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
    const received: Reply[] = [];
    const completed = new Promise<void>((resolve, reject) => {
      client.subscribe({ query: gql(ops.TRACK), variables: { orderId: order.id, afterSequence: 0 } }).subscribe({
        next: ({ data, error }) => (error ? reject(error) : received.push(data)),
        error: reject,
        complete: resolve,
      });
    });
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1);
    for (const input of [{ status: 'PACKED' }, { status: 'CANCELLED', reason: 'The last pack was damaged' }]) {
      const { updateStatus } = await operator.send(ops.UPDATE_STATUS, { input: { orderId: order.id, ...input } });
      expect(updateStatus.userErrors).toEqual([]);
    }
    await completed;
    expect(received.map(({ deliveryStatusChanged: { event } }) => [event.sequence, event.to])).toEqual([
      [1, 'PLACED'],
      [2, 'PACKED'],
      [3, 'CANCELLED'],
    ]);
    expect(received[0].deliveryStatusChanged.deliveryStatus.order).toMatchObject({
      number: order.number,
      customer: { name: 'Meera Iyer' },
      items: [{ productName: nodes[0].name, product: { name: nodes[0].name } }],
    });
    client.stop();
    await socket.dispose();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
