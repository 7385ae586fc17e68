/**
 * A half-open range of encoded keys, ascending. No key is a prefix of another, so "behind every key that begins with k" is
 * `k` and a character above all bytes.
 */
export interface KeyInterval {
  readonly low: string;
  readonly high: string;
}

const AFTER = '\uffff';

export const before = (key: string): string => key;
export const after = (key: string): string => key + AFTER;

/** Exactly the keys that begin with this one. */
export const pointInterval = (key: string): KeyInterval => ({ low: before(key), high: after(key) });

export const WHOLE: KeyInterval = { low: '', high: AFTER };

/** The same values in a descending field, whose keys have every byte inverted. */
export function descendingInterval({ low, high }: KeyInterval): KeyInterval {
  return { low: invertMark(high), high: invertMark(low) };
}

function invertMark(mark: string): string {
  const isAfter = mark.endsWith(AFTER);
  const key = isAfter ? mark.slice(0, -1) : mark;
  let inverted = '';
  for (let index = 0; index < key.length; index += 1) inverted += String.fromCharCode(255 - key.charCodeAt(index));
  return isAfter ? inverted : inverted + AFTER;
}

/** What lies in both lists; the answer is ascending and without overlaps. */
export function intersect(a: readonly KeyInterval[], b: readonly KeyInterval[]): KeyInterval[] {
  const common: KeyInterval[] = [];
  for (const one of a) {
    for (const other of b) {
      const low = greater(one.low, other.low);
      const high = lesser(one.high, other.high);
      if (low < high) common.push({ low, high });
    }
  }
  return merge(common);
}

/** Sorted, with overlapping intervals made one, so that no key is met twice. */
export function merge(intervals: readonly KeyInterval[]): KeyInterval[] {
  const merged: KeyInterval[] = [];
  for (const next of [...intervals].sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0))) {
    const last = merged.at(-1);
    if (last && next.low <= last.high) {
      merged[merged.length - 1] = { low: last.low, high: greater(last.high, next.high) };
    } else {
      merged.push(next);
    }
  }
  return merged;
}

function greater(a: string, b: string): string {
  if (a > b) return a;
  return b;
}

function lesser(a: string, b: string): string {
  if (a < b) return a;
  return b;
}
