import { expect, it } from 'vitest';
import { becomesLow, decideHold, endByRelease, endBySettling, mergeLines, type Shelf } from './stock-decisions.ts';
import type { LiveHold } from './stock-record.ts';

const shelf: Shelf = { isActive: true, maxPerOrder: 5, stock: { available: 4, overThreshold: 2 }, holds: [] };
const held: LiveHold = {
  orderId: 'ord_1',
  quantity: 2,
  state: 'HELD',
  expiresAt: new Date(1_000),
  name: 'Milk',
  price: 100,
  mrp: 110,
};

it('adds up lines of one product and sorts products, so that carts meet in one order', () => {
  const lines = [
    { productId: 'b', quantity: 1 },
    { productId: 'a', quantity: 2 },
    { productId: 'b', quantity: 3 },
  ];
  expect(mergeLines(lines)).toEqual([
    { productId: 'a', quantity: 2 },
    { productId: 'b', quantity: 4 },
  ]);
});

it.each<[string, Shelf | null, number, object]>([
  ['an unknown product', null, 1, { code: 'NOT_FOUND' }],
  ['an archived product', { ...shelf, isActive: false }, 1, { code: 'NOT_FOUND' }],
  ['more than one order may have', shelf, 6, { code: 'LIMIT_EXCEEDED', availableQuantity: 5 }],
  ['more than there is', shelf, 5, { code: 'INSUFFICIENT_STOCK', availableQuantity: 4 }],
  ['another quantity than held before', { ...shelf, holds: [held] }, 1, { code: 'INVALID' }],
  [
    'a line that was given back',
    { ...shelf, holds: [{ orderId: 'ord_1', quantity: 2, state: 'ENDED', endedAt: new Date(0) }] },
    2,
    { code: 'INVALID' },
  ],
])('refuses %s', (_, seen, quantity, expected) => {
  expect(decideHold(seen, 'ord_1', { productId: 'p', quantity })).toMatchObject({ kind: 'refuse', refusal: expected });
});

it.each<[LiveHold['state']]>([['HELD'], ['COMMITTED']])(
  'knows a repeat by its %s entry, archived since or not',
  (state) => {
    const mine = { ...held, state };
    expect(decideHold({ ...shelf, isActive: false, holds: [mine] }, 'ord_1', { productId: 'p', quantity: 2 })).toEqual({
      kind: 'mine',
      hold: mine,
    });
  },
);

it.each([
  [1, false],
  [2, true],
  [4, true],
])('taking %i of 4 with a threshold of 2 crosses it: %s', (quantity, crosses) => {
  expect(decideHold(shelf, 'ord_1', { productId: 'p', quantity })).toEqual({ kind: 'take', crosses });
});

it('tells of low stock on the way down only, and not again while it stays low', () => {
  expect([becomesLow(1, 0), becomesLow(0, -1), becomesLow(-1, 1), becomesLow(2, 1)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

it.each<[LiveHold, number, object]>([
  [held, 999, { available: 2, reserved: -2, sold: 0, movement: 'RELEASE' }],
  [held, 1_000, { available: 2, reserved: -2, sold: 0, movement: 'EXPIRE' }],
  [{ ...held, state: 'COMMITTED' }, 999, { available: 2, reserved: 0, sold: -2, movement: 'RETURN' }],
])('gives back what an entry has, and counts nothing twice (%#)', (hold, nowMs, expected) => {
  const end = endByRelease(hold, new Date(nowMs));
  expect(end).toMatchObject(expected);
  expect(end.available + end.reserved + end.sold).toBe(0);
  expect(end.entry).toEqual({ orderId: 'ord_1', quantity: 2, state: 'ENDED', endedAt: new Date(nowMs) });
});

it('settles a sale without moving stock', () => {
  expect(endBySettling({ ...held, state: 'COMMITTED' }, new Date(5))).toMatchObject({
    available: 0,
    reserved: 0,
    sold: 0,
    movement: null,
  });
});
