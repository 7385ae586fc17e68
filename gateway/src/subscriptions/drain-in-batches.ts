const batchEveryMs = 50;

export interface Drainable {
  /** Whether something is on its way that ending now would cut off. */
  readonly isAnswering: boolean;
}

/**
 * Ends everything that is open in equal batches over `withinMs`: all at once would all come back at once, elsewhere. Each
 * is ended once, however long it takes to go; what is answering is left until it has answered, or until the last batch.
 */
export function drainInBatches<Item extends Drainable>(
  open: ReadonlySet<Item>,
  end: (item: Item) => void,
  withinMs: number,
): Disposable {
  const ended = new WeakSet<Item>();
  const rounds = Math.max(1, Math.floor(withinMs / batchEveryMs));
  const batch = Math.max(1, Math.ceil(open.size / rounds));
  let round = 0;
  const next = () => {
    round += 1;
    const isLast = round >= rounds;
    const ready = [...open].filter((item) => !ended.has(item) && (isLast || !item.isAnswering));
    for (const item of isLast ? ready : ready.slice(0, batch)) {
      ended.add(item);
      end(item);
    }
    if (isLast) clearInterval(timer);
  };
  const timer = setInterval(next, batchEveryMs);
  next();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
