import { expect, vi } from 'vitest';
import { buy, newCustomer, type Reply, type Shopper } from '../support/shop-client.ts';
import type { Stage } from './stage.ts';

/** Every operation, stream and refusal of deliveries and riders. */
export async function playDelivery(stage: Stage): Promise<void> {
  const { recorder, url, socketUrl, operator, admin, rider } = stage;
  const change = (viewer: Shopper, field: string, args: string) => recorder.call(viewer, 'mutation', field, args);
  const move = (orderId: string, status: string, rest = '', viewer = operator) =>
    change(viewer, 'updateStatus', `(input: { orderId: "${orderId}", status: ${status}${rest} })`);

  const customer = await newCustomer(url);
  const orderId = await orderWithDelivery(stage, customer);
  await using changes = recorder.stream(
    customer,
    socketUrl,
    'deliveryStatusChanged',
    `(orderId: "${orderId}", afterSequence: 0)`,
  );
  await changes.next();
  await using queue = recorder.stream(operator, socketUrl, 'deliveryQueueChanged', '');

  await move('ord_unknown', 'PACKED'); // NOT_FOUND
  await move(orderId, 'DELIVERED'); // ILLEGAL_TRANSITION
  await move(orderId, 'PACKED', ', expectedSequence: 99'); // STALE_SEQUENCE
  await move(orderId, 'CANCELLED'); // REASON_REQUIRED
  await move(orderId, 'PACKED', ', note: "Two bags"');
  await move(orderId, 'OUT_FOR_DELIVERY'); // RIDER_REQUIRED
  await queue.next();

  const riders = await recorder.call(operator, 'query', 'riders');
  const own = riders.find((each: Reply) => each.user?.id === 'usr_demo_rider').id;
  const newcomer = await newCustomer(url);
  const newcomerId = (await newcomer.send('{ me { id } }')).me.id;
  const roles = 'mutation ($id: ID!) { setUserRoles(userId: $id, roles: [CUSTOMER, RIDER]) { userErrors { code } } }';
  await admin.send(roles, { id: newcomerId });
  const registered = await change(
    operator,
    'registerRider',
    `(userId: "${newcomerId}", name: "Nila", phone: "+919812345678", vehicle: "Cycle")`,
  );
  await change(operator, 'registerRider', '(userId: "usr_x", name: "")'); // INVALID
  await change(operator, 'setRiderAvailability', `(riderId: "${registered.rider.id}", isAvailable: false)`);
  await change(operator, 'assignRider', `(orderId: "${orderId}", riderId: "${registered.rider.id}")`); // RIDER_UNAVAILABLE
  await change(rider, 'setRiderAvailability', '(isAvailable: true)');
  await change(operator, 'assignRider', `(orderId: "${orderId}", riderId: "${own}")`);
  await using position = recorder.stream(customer, socketUrl, 'riderLocationChanged', `(orderId: "${orderId}")`);
  await move(orderId, 'OUT_FOR_DELIVERY');
  const firstPosition = position.next();
  await change(rider, 'reportRiderLocation', `(orderId: "${orderId}", latitude: 12.97, longitude: 77.6)`);
  await change(rider, 'reportRiderLocation', `(orderId: "${orderId}", latitude: 120, longitude: 77.6)`); // INVALID
  await firstPosition;
  await change(rider, 'reportRiderProgress', `(orderId: "${orderId}", progress: NEARBY)`);
  await change(
    rider,
    'recordFailedAttempt',
    `(orderId: "${orderId}", reason: CUSTOMER_UNREACHABLE, note: "No answer")`,
  );
  const tracked = await recorder.call(customer, 'query', 'deliveryStatus', `(orderId: "${orderId}")`);
  await recorder.call(operator, 'query', 'deliveryStatus', `(orderId: "${orderId}")`);
  await recorder.call(operator, 'query', 'deliveryQueue', '(first: 5)');
  const code: string = tracked.handoverCode;
  await move(orderId, 'DELIVERED', '', rider); // CODE_REQUIRED
  await move(orderId, 'DELIVERED', `, handoverCode: "${code === '0000' ? '0001' : '0000'}"`, rider); // CODE_MISMATCH
  await move(
    orderId,
    'DELIVERED',
    `, handoverCode: "${code}", photoUrl: "https://photos.example.test/door.jpg", receivedBy: "A neighbour"`,
    rider,
  );
  await move(orderId, 'CANCELLED', ', reason: "Too late"'); // ALREADY_FINAL
  await recorder.call(operator, 'query', 'deliveryStatus', `(orderId: "${orderId}")`);
  await change(customer, 'cancelOrder', `(orderId: "${orderId}", reason: CHANGED_MIND)`); // NOT_CANCELLABLE

  const other = await orderWithDelivery(stage, customer);
  const row = `{ orderId: "${other}", status: PACKED }`;
  await change(operator, 'bulkUpdateStatus', `(inputs: [${row}, { orderId: "ord_unknown", status: PACKED }])`);
  await change(operator, 'bulkUpdateStatus', `(inputs: [${Array.from({ length: 101 }, () => row).join(', ')}])`); // TOO_MANY_ROWS
  await recorder.call(operator, 'query', 'operationsSummary');
  const unread = await vi.waitFor(async () => {
    const { me } = await customer.send('{ me { notifications { nodes { id orderId } } } }');
    expect(me.notifications.nodes.length).toBeGreaterThan(0);
    return me.notifications.nodes[0].id;
  }, 10_000);
  await change(customer, 'markNotificationsRead', `(ids: ["${unread}"])`);
  await recorder.call(customer, 'query', 'me');
}

async function orderWithDelivery({ operator }: Stage, customer: Shopper & { addressId: string }): Promise<string> {
  const [line] = (await operator.send('{ products(first: 1, filter: { inStockOnly: true }) { nodes { id } } }'))
    .products.nodes;
  const { order } = await buy(customer, [{ productId: line.id, quantity: 1 }]);
  await vi.waitFor(async () => {
    const { deliveryStatus } = await customer.send(`{ deliveryStatus(orderId: "${order.id}") { id } }`);
    expect(deliveryStatus).not.toBeNull();
  }, 10_000);
  return order.id;
}
