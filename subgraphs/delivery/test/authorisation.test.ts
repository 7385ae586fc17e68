import { admin, anonymous, customer, rider, service } from '@swiftcart/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeliveryUnderTest, floor, owner, startDelivery } from './start-delivery.ts';

const callers = {
  nobody: undefined,
  anonymous: anonymous(),
  stranger: customer('usr_stranger'),
  owner,
  assignedRider: rider('usr_assigned'),
  otherRider: rider('usr_other_rider'),
  operator: floor,
  admin: admin(),
  orders: service('orders'),
  otherService: service('gateway'),
} as const;
type CallerName = keyof typeof callers;

/** Answers: `ok`, `null` (hidden), a top-level code, or a refusal's code. Anybody not named gets `rest`. */
const operations: { text: string; expected: Partial<Record<CallerName, string>>; rest: string }[] = [
  {
    text: 'query ($o: ID!) { answer: deliveryStatus(orderId: $o) { id } }',
    expected: { owner: 'ok', assignedRider: 'ok', operator: 'ok', admin: 'ok' },
    rest: 'null',
  },
  {
    text: '{ answer: deliveryQueue { nodes { id } } }',
    expected: { assignedRider: 'ok', otherRider: 'ok', operator: 'ok', admin: 'ok' },
    rest: 'FORBIDDEN',
  },
  { text: '{ answer: operationsSummary { lateCount } }', expected: { operator: 'ok', admin: 'ok' }, rest: 'FORBIDDEN' },
  { text: '{ answer: riders { id } }', expected: { operator: 'ok', admin: 'ok' }, rest: 'FORBIDDEN' },
  {
    text: 'mutation ($o: ID!) { answer: updateStatus(input: { orderId: $o, status: OUT_FOR_DELIVERY }) { userErrors { code } } }',
    expected: { assignedRider: 'ok', otherRider: 'NOT_FOUND', operator: 'ok', admin: 'ok' },
    rest: 'FORBIDDEN',
  },
  {
    text: 'mutation { answer: bulkUpdateStatus(inputs: []) { failedCount } }',
    expected: { operator: 'ok', admin: 'ok' },
    rest: 'FORBIDDEN',
  },
  {
    text: 'mutation ($o: ID!, $r: ID!) { answer: assignRider(orderId: $o, riderId: $r) { userErrors { code } } }',
    expected: { operator: 'ok', admin: 'ok' },
    rest: 'FORBIDDEN',
  },
  {
    text: 'mutation ($o: ID!) { answer: reportRiderLocation(orderId: $o, latitude: 12.97, longitude: 77.6) { userErrors { code } } }',
    expected: { assignedRider: 'ok', otherRider: 'NOT_FOUND', operator: 'ok', admin: 'ok' },
    rest: 'FORBIDDEN',
  },
  {
    text: 'mutation ($o: ID!) { answer: reportRiderProgress(orderId: $o, progress: NEARBY) { userErrors { code } } }',
    expected: { assignedRider: 'ok', otherRider: 'NOT_FOUND', operator: 'ok', admin: 'ok' },
    rest: 'FORBIDDEN',
  },
  {
    text: 'mutation ($o: ID!) { answer: recordFailedAttempt(orderId: $o, reason: OTHER, note: "Dog") { userErrors { code } } }',
    expected: { assignedRider: 'ok', otherRider: 'NOT_FOUND', operator: 'ok', admin: 'ok' },
    rest: 'FORBIDDEN',
  },
  {
    text: 'mutation ($r: ID!) { answer: setRiderAvailability(riderId: $r, isAvailable: true) { userErrors { code } } }',
    expected: { assignedRider: 'ok', otherRider: 'NOT_FOUND', operator: 'ok', admin: 'ok' },
    rest: 'FORBIDDEN',
  },
  {
    text: 'mutation { answer: registerRider(userId: "usr_assigned", name: "Ravi") { userErrors { code } } }',
    expected: { operator: 'ok', admin: 'ok' },
    rest: 'FORBIDDEN',
  },
  {
    text: 'mutation { answer: cancelDelivery(orderId: "ord_gone", actorKind: SYSTEM, reason: "Test") { isCancelled } }',
    expected: { orders: 'ok' },
    rest: 'FORBIDDEN',
  },
  {
    text: 'query ($d: ID!) { answer: _entities(representations: [{ __typename: "DeliveryStatus", id: $d }]) { __typename } }',
    expected: { owner: 'ok', assignedRider: 'ok', operator: 'ok', admin: 'ok' },
    rest: 'null',
  },
  {
    text: 'query ($r: ID!) { answer: _entities(representations: [{ __typename: "Rider", id: $r }]) { __typename } }',
    expected: { owner: 'ok', assignedRider: 'ok', operator: 'ok', admin: 'ok' },
    rest: 'null',
  },
  {
    text: `query ($o: ID!) { answer: _entities(representations: [{ __typename: "Order", id: $o, status: "CONFIRMED", customerId: "usr_owner" }]) {
      ... on Order { deliveryStatus { id } } } }`,
    expected: { owner: 'ok', assignedRider: 'ok', operator: 'ok', admin: 'ok' },
    rest: 'null',
  },
];
/** These answer null to a stranger, anonymous or not; the other root fields want somebody signed in. */
const isEntity = (text: string) => text.includes('_entities');

describe('who may do what (rules.md)', () => {
  let delivery: DeliveryUnderTest;
  const variables: Record<string, string> = {};
  beforeAll(async () => {
    delivery = await startDelivery();
    const { orderId } = { orderId: await delivery.packed() };
    const { registerRider } = await delivery.run<{ registerRider: { rider: { id: string } } }>(
      floor,
      'mutation { registerRider(userId: "usr_assigned", name: "Ravi") { rider { id } } }',
    );
    await delivery.assign(orderId, registerRider.rider.id);
    await delivery.move(orderId, 'OUT_FOR_DELIVERY');
    const { deliveryStatus } = await delivery.run<{ deliveryStatus: { id: string } }>(
      floor,
      'query ($o: ID!) { deliveryStatus(orderId: $o) { id } }',
      { o: orderId },
    );
    Object.assign(variables, { o: orderId, r: registerRider.rider.id, d: deliveryStatus.id });
  });
  afterAll(() => delivery[Symbol.asyncDispose]());

  const cases = operations.flatMap((operation) =>
    (Object.keys(callers) as CallerName[]).map((name) => {
      const isRoot = !isEntity(operation.text);
      const fallback =
        name === 'nobody' || (name === 'anonymous' && isRoot)
          ? 'UNAUTHENTICATED'
          : (name === 'orders' || name === 'otherService') && isRoot
            ? 'FORBIDDEN'
            : operation.rest;
      const field = /answer: (\w+)/.exec(operation.text)?.[1] ?? '';
      const type = /__typename: "(\w+)"/.exec(operation.text)?.[1] ?? '';
      return {
        what: `${field} ${type}`.trim(),
        name,
        text: operation.text,
        expected: operation.expected[name] ?? fallback,
      };
    }),
  );

  it.each(cases)('$what as $name: $expected', async ({ name, text, expected }) => {
    expect(await answerTo(callers[name], text)).toBe(expected);
  });

  async function answerTo(viewer: (typeof callers)[CallerName], text: string): Promise<unknown> {
    const code = await delivery.codeOf(viewer, text, variables);
    if (code !== undefined || viewer === undefined) return code;
    const { answer } = await delivery.run<{ answer: unknown }>(viewer, text, variables);
    return describeAnswer(answer);
  }
});

function describeAnswer(answer: unknown): unknown {
  const value = Array.isArray(answer) && answer.length === 1 ? answer[0] : answer;
  if (value === null) return 'null';
  if (typeof value === 'object' && 'deliveryStatus' in value && value.deliveryStatus === null) return 'null';
  const errors = typeof value === 'object' && 'userErrors' in value ? (value.userErrors as { code: string }[]) : [];
  return errors.find(({ code }) => code === 'NOT_FOUND')?.code ?? 'ok';
}
