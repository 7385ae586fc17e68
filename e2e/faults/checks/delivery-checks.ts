import { inputOf } from '../history.ts';
import { type Check, checkEach, groupBy, wasConfirmed } from './evidence.ts';

/** Every confirmed order has exactly one delivery, every delivery has its order, and the two agree on how it ended. */
export const oneDeliveryPerOrder: Check = ({ orders, deliveries }) => {
  const byOrder = groupBy(deliveries, ({ _id }) => _id);
  const known = new Set(orders.map(({ _id }) => _id));
  const orphans = deliveries.filter(({ _id }) => !known.has(_id)).map(({ _id }) => `delivery ${_id} has no order`);
  const result = checkEach('exactly one delivery per confirmed order', orders, (order) => {
    const found = byOrder.get(order._id) ?? [];
    if (!wasConfirmed(order))
      return found.length > 0 ? [`order ${order._id} was never confirmed and is delivered`] : [];
    const [delivery] = found;
    if (delivery === undefined || found.length > 1) return [`order ${order._id} has ${found.length} deliveries`];
    const expected = { COMPLETED: ['DELIVERED'], CANCELLED: ['CANCELLED'] }[order.status] ?? [
      ...['PLACED', 'PACKED', 'OUT_FOR_DELIVERY'],
    ];
    return expected.includes(delivery.state)
      ? []
      : [`order ${order._id} is ${order.status}, its delivery ${delivery.state}`];
  });
  return { ...result, violations: [...result.violations, ...orphans] };
};

const legal: Readonly<Record<string, readonly string[]>> = {
  PLACED: ['PACKED', 'CANCELLED'],
  PACKED: ['OUT_FOR_DELIVERY', 'CANCELLED'],
  OUT_FOR_DELIVERY: ['DELIVERED', 'CANCELLED'],
  DELIVERED: [],
  CANCELLED: [],
};

/** A timeline counts from 1 without gaps and takes only legal steps; nothing follows a final state. */
export const timelinesAreLegal: Check = ({ deliveries }) =>
  checkEach('timelines are legal and gapless', deliveries, ({ _id, state, sequence, timeline }) => {
    const found: string[] = [];
    if (timeline.some((event, index) => event.sequence !== index + 1))
      found.push(`delivery ${_id}: a gap in its timeline`);
    if (sequence !== timeline.length) found.push(`delivery ${_id}: sequence ${sequence}, ${timeline.length} events`);
    let now: string | null = null;
    for (const { kind, from, to } of timeline) {
      const isLegal =
        now === null
          ? from === null && (to === 'PLACED' || to === 'CANCELLED')
          : from === now && (kind === 'STATE_CHANGED' ? legal[now]?.includes(to) : to === now && legal[now]?.length);
      if (!isLegal) found.push(`delivery ${_id}: ${kind} from ${from} to ${to} while ${now}`);
      now = to;
    }
    if (now !== state) found.push(`delivery ${_id} is ${state}, its timeline ends with ${now}`);
    return found;
  });

/** A move that was acknowledged is in the timeline once, under its key; one that was definitely refused is not. */
export const movesAsAnswered: Check = ({ deliveries, operations }) => {
  const byOrder = new Map(deliveries.map((delivery) => [delivery._id, delivery]));
  const moves = groupBy(
    operations.filter(({ kind }) => kind === 'updateStatus'),
    (operation) => inputOf(operation).idempotencyKey,
  );
  return checkEach('moves are as they were answered', moves, ([key, group]) => {
    const { orderId } = inputOf(group[0]);
    const events = byOrder.get(orderId)?.timeline.filter(({ requestKey }) => requestKey === key) ?? [];
    if (events.length > 1) return [`move ${key} of ${orderId} happened ${events.length} times`];
    const hasChanged = group.some(({ outcome, answer }) => outcome === 'ok' && answer['hasChanged'] === true);
    if (hasChanged && events.length === 0) return [`move ${key} of ${orderId} was acknowledged and is lost`];
    const isRefused = group.every(({ outcome }) => outcome === 'failed');
    return isRefused && events.length > 0 ? [`move ${key} of ${orderId} was refused and happened`] : [];
  });
};

/** Over all its connections a subscriber saw the history as it is: in order, nothing twice, nothing left out. */
export const subscribersSawEverything: Check = ({ deliveries, followings }) => {
  const byOrder = new Map(deliveries.map((delivery) => [delivery._id, delivery]));
  return checkEach(
    'subscribers saw every event once and in order',
    followings,
    ({ orderId, connections, expected }) => {
      const seen = connections.flatMap(({ events }) => events);
      const timeline = byOrder.get(orderId)?.timeline ?? [];
      const found: string[] = [];
      const misplaced = seen.findIndex(({ sequence }, index) => sequence !== index + 1);
      if (misplaced >= 0) {
        found.push(`subscriber of ${orderId}: ${seen.map(({ sequence }) => sequence).join(' ')} at ${misplaced + 1}`);
      }
      for (const event of seen) {
        const real = timeline[event.sequence - 1];
        if (real?.kind !== event.kind || real.from !== event.from || real.to !== event.to) {
          found.push(
            `subscriber of ${orderId} saw ${event.kind} ${event.to} as ${event.sequence}, which is not the history`,
          );
        }
      }
      if (seen.length < expected) found.push(`subscriber of ${orderId} saw ${seen.length} of ${expected} events`);
      return found;
    },
  );
};

/** Every event was handed on, and none had to be parked. */
export const eventsWereHandedOn: Check = ({ waitingEvents, parkedEvents }) => {
  const result = checkEach('every event was handed on', Object.entries(waitingEvents), ([collection, count]) =>
    count > 0 ? [`${count} documents of ${collection} still hold events`] : [],
  );
  return parkedEvents === 0
    ? result
    : { ...result, violations: [...result.violations, `${parkedEvents} events were parked`] };
};

/** A count that was acknowledged is in the product once; one that was definitely refused is not. */
export const countsAsAnswered: Check = ({ products, operations }) => {
  const byId = new Map(products.map((product) => [product._id, product]));
  const counts = groupBy(
    operations.filter(({ kind }) => kind === 'adjustStock'),
    (operation) => inputOf(operation).idempotencyKey,
  );
  return checkEach('stock counts are as they were answered', counts, ([key, group]) => {
    const { rows } = inputOf(group[0]);
    const applied = byId.get(rows?.[0]?.productId ?? '')?.adjustments?.filter((each) => each.key === key).length ?? 0;
    const isDone = group.some(({ outcome, answer }) => outcome === 'ok' && answer['refused'] === null);
    if (isDone && applied !== 1) return [`count ${key} was acknowledged and applied ${applied} times`];
    const isRefused = group.every(({ outcome, answer }) => outcome === 'failed' || Boolean(answer['refused']));
    return isRefused && applied > 0 ? [`count ${key} was refused and applied`] : [];
  });
};
