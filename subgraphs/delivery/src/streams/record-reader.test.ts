import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DeliveryRecord } from '../domain/delivery-record.ts';
import { createRecordReader } from './record-reader.ts';

/** Reads that answer when the test says so, because the race is about their order. */
function controlledReader() {
  const reads: { answer: (revision: number) => void; fail: () => void }[] = [];
  const delivered: number[] = [];
  const warnings: unknown[] = [];
  let isWanted = true;
  const reader = createRecordReader({
    readRecord: () =>
      new Promise((resolve, reject) => {
        const answer = (revision: number) => resolve({ revision, position: null } as DeliveryRecord);
        reads.push({ answer, fail: () => reject(new Error('down')) });
      }),
    logger: { warn: (warning: unknown) => void warnings.push(warning) },
    deliver: (_, record) => void delivered.push(record?.revision ?? -1),
    isWanted: () => isWanted,
    isWatched: () => true,
  });
  function leave(): void {
    isWanted = false;
  }
  return { reader, reads, delivered, warnings, leave };
}

describe('reading records for streams', () => {
  it('reads once more when it was asked during a read, because that read may have seen the past', async () => {
    const { reader, reads, delivered } = controlledReader();
    reader.refresh('ord_1');
    reader.refresh('ord_1');
    reader.refresh('ord_1');
    expect(reads).toHaveLength(1);
    reads[0]?.answer(1);
    await turn();
    expect(reads).toHaveLength(2);
    reads[1]?.answer(2);
    await turn();
    expect(reads).toHaveLength(2);
    expect(delivered).toEqual([1, 2]);
    expect(reader.markerOf('ord_1')).toBe('2/');
  });

  it('delivers nothing to those who have left meanwhile', async () => {
    const { reader, reads, delivered, leave } = controlledReader();
    reader.refresh('ord_1');
    leave();
    reads[0]?.answer(1);
    await turn();
    reader.refresh('ord_1');
    expect(delivered).toEqual([]);
    expect(reads).toHaveLength(1);
  });

  it('survives a failed read and reads again when asked, so an outage ends by itself', async () => {
    const { reader, reads, delivered, warnings } = controlledReader();
    reader.refresh('ord_1');
    reads[0]?.fail();
    await turn();
    expect(warnings).toHaveLength(1);
    expect(reader.markerOf('ord_1')).toBeUndefined();
    reader.refresh('ord_1');
    reads[1]?.answer(5);
    await turn();
    expect(delivered).toEqual([5]);
  });
});
