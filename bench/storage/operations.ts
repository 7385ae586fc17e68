import type { Collection } from 'mongodb';
import type { MeasuredServer } from './start-server.ts';

export const PARALLEL = 32;

export interface Thing {
  _id?: unknown;
  key: number;
  n: number;
}

export interface Rate {
  readonly perSecond: number;
  /** CPU time of the server process for one operation. It tells more than `perSecond` where the cores have other work. */
  readonly serverMicros: number;
}

export type Operation = (things: Collection<Thing>, n: number, size: number) => Promise<unknown>;

/** The operations of the design, in an order in which each finds what it needs. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  insertOne: (things, n, size) => things.insertOne({ key: size + n, n: 0 }),
  'findOne by a unique key': (things, n, size) => things.findOne({ key: n % size }),
  'updateOne `$inc`': (things, n, size) => things.updateOne({ key: n % size }, { $inc: { n: 1 } }),
  'findOneAndUpdate, one hot document': (things) => things.findOneAndUpdate({ key: 0 }, { $inc: { n: 1 } }),
};

/** Runs one kind of operation for a time, 32 under way at once. `done` is how many were carried out. */
export async function measure(
  server: MeasuredServer,
  run: (n: number) => Promise<unknown>,
  seconds: number,
): Promise<Rate & { readonly done: number }> {
  const before = await server.use();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  let done = 0;
  const worker = async () => {
    while (performance.now() < endsAt) {
      const n = done;
      done += 1;
      await run(n);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  const elapsedMs = performance.now() - startedAt;
  const after = await server.use();
  return {
    done,
    perSecond: Math.round((done / elapsedMs) * 1000),
    serverMicros: Math.round((after.cpuMicros - before.cpuMicros) / done),
  };
}
