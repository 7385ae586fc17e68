import type { CatalogContext } from '../context.ts';
import { refusal } from '../domain/catalog-refusal.ts';
import { decideHold, mergeLines, type OrderLine } from '../domain/stock-decisions.ts';
import type { LineRefusal, LiveHold } from '../domain/stock-record.ts';
import type { ShelfRecord } from '../store/stock-store.ts';
import { type HeldLine, type HeldStock, heldLine, heldStock, lineRefusal, nothingHeld } from './held-lines.ts';
import { lowStockEvent } from './low-stock-event.ts';
import { giveBack } from './release-stock.ts';
import { orderMovement } from './stock-movement.ts';

/** An order that wants stock. */
export interface ReserveStockInput {
  orderId: string;
  lines: readonly OrderLine[];
  expiresAt: Date;
}

const maxLines = 100;
const maxQuantity = 1_000_000;

/**
 * Holds all lines for an order or none, each by one conditional write. Repeating it, also after a crash halfway, completes or
 * repeats the first answer: what is held already counts, and a refusal was written down before anything was given back.
 */
export async function reserveStock(context: CatalogContext, input: ReserveStockInput): Promise<HeldStock> {
  const problem = inputProblem(input);
  if (problem !== undefined) return nothingHeld([refusal('INVALID', problem)]);
  const { store } = context.app;
  const { orderId, expiresAt } = input;
  const lines = mergeLines(input.lines);
  const [closed, shelves] = await Promise.all([
    store.closedOrders.find(orderId),
    store.stock.findShelves(
      lines.map(({ productId }) => productId),
      orderId,
    ),
  ]);
  if (closed !== null) {
    // Whoever closed it may have died before everything was given back.
    await giveBack(context, orderId);
    return closedAnswer(closed.refusals);
  }

  const shelfOf = new Map(shelves.map((shelf) => [shelf._id, shelf]));
  const held: HeldLine[] = [];
  const progress: Progress = { orderId, expiresAt, taken: new Set(), hasBought: false };
  for (const [index, line] of lines.entries()) {
    const outcome = await holdLine(context, line, shelfOf.get(line.productId) ?? null, progress);
    if ('refusal' in outcome) {
      // What else would fail, so that the customer mends the cart in one go.
      const others = lines.slice(index + 1).flatMap((other) => {
        const decision = decideHold(shelfOf.get(other.productId) ?? null, orderId, other);
        return decision.kind === 'refuse' ? [decision.refusal] : [];
      });
      return refuseOrder(context, progress, held.length > 0, [outcome.refusal, ...others]);
    }
    held.push(outcome.line);
  }

  // A release, or the refusal of a duplicate of this call, may have passed by while lines were being taken. It closed the
  // order first and then ended the entries it saw; those taken after that are ended here.
  const closedMeanwhile = await store.closedOrders.find(orderId);
  if (closedMeanwhile === null) return heldStock(held);
  await giveBack(context, orderId);
  return closedAnswer(closedMeanwhile.refusals);
}

function inputProblem({ orderId, lines }: ReserveStockInput): string | undefined {
  if (orderId.length < 1 || orderId.length > 100) return 'An order id has 1 to 100 characters.';
  if (lines.length < 1 || lines.length > maxLines) return `An order has 1 to ${maxLines} lines, not ${lines.length}.`;
  if (lines.some(({ quantity }) => quantity < 1 || quantity > maxQuantity)) return 'A quantity is at least 1.';
  return undefined;
}

/** How far a reservation has come. */
interface Progress {
  orderId: string;
  expiresAt: Date;
  /** Products that this call took, as opposed to those that an earlier one had. */
  taken: Set<string>;
  /** Whether an earlier call of the order was committed already. */
  hasBought: boolean;
}

type LineOutcome = { line: HeldLine } | { refusal: LineRefusal };

/** Decides on what was read and writes under the same condition; if the product moved in between, reads and decides again. */
async function holdLine(
  context: CatalogContext,
  line: OrderLine,
  firstRead: ShelfRecord | null,
  progress: Progress,
): Promise<LineOutcome> {
  const { orderId, expiresAt } = progress;
  const { stock } = context.app.store;
  let shelf = firstRead;
  for (;;) {
    const decision = decideHold(shelf, orderId, line);
    if (decision.kind === 'refuse') return { refusal: decision.refusal };
    if (shelf === null) throw new Error('A product that does not exist was not refused.');
    if (decision.kind === 'mine') {
      progress.hasBought ||= decision.hold.state === 'COMMITTED';
      return { line: heldLine(shelf, decision.hold) };
    }
    const now = context.app.now();
    const { name, price, mrp, lowStockThreshold: threshold } = shelf;
    const hold: LiveHold = { orderId, quantity: line.quantity, state: 'HELD', expiresAt, name, price, mrp };
    const available = shelf.stock.available;
    const crossing = decision.crosses
      ? {
          available,
          threshold,
          event: lowStockEvent(context, shelf, { available: available - line.quantity, threshold }),
        }
      : undefined;
    if (await stock.take(shelf, hold, orderMovement('RESERVE', orderId, line.quantity, now), crossing)) {
      progress.taken.add(line.productId);
      context.app.ledger.wake();
      if (crossing !== undefined) context.app.eventsWritten();
      return { line: heldLine(shelf, hold) };
    }
    const [reread = null] = await stock.findShelves([line.productId], orderId);
    shelf = reread;
  }
}

/**
 * Ends a reservation that cannot be completed. The refusal is written down before anything is given back, so that a crash in
 * between leaves an order that can only be refused. A call that contradicts what the order has already undoes itself alone.
 */
async function refuseOrder(
  context: CatalogContext,
  { orderId, taken, hasBought }: Progress,
  holdsAny: boolean,
  refusals: LineRefusal[],
): Promise<HeldStock> {
  if (hasBought || refusals.some(({ code }) => code === 'INVALID')) {
    await giveBack(context, orderId, taken);
    return nothingHeld(refusals.map(lineRefusal));
  }
  const closed = await context.app.store.closedOrders.close(orderId, refusals, context.app.now());
  if (holdsAny) await giveBack(context, orderId);
  return closedAnswer(closed.refusals);
}

function closedAnswer(refusals: readonly LineRefusal[]): HeldStock {
  if (refusals.length > 0) return nothingHeld(refusals.map(lineRefusal));
  return nothingHeld([refusal('INVALID', 'The stock of this order was given back; it cannot be reserved again.')]);
}
