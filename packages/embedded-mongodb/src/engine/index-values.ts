import { CommandError } from '../command-error.ts';
import { isDocument } from '../values/bson-type.ts';
import { getField } from '../values/fields.ts';
import { isIndexName } from '../values/paths.ts';

/** What a document has in an index over several paths. */
export interface IndexTuples {
  /** One value per field in each tuple: missing is `null`, an empty array `undefined`, as mongod's keys have it. */
  readonly tuples: readonly (readonly unknown[])[];
  /** Per field: an array stood on its path or at its end. */
  readonly hasArray: readonly boolean[];
  /** None of the paths leads anywhere. */
  readonly isAllMissing: boolean;
}

interface Walker {
  readonly parts: readonly string[];
  depth: number;
  /** What the walk has reached: a value, or the array where it has to fan out. */
  value: unknown;
  state: 'walking' | 'found' | 'missing' | 'at-array';
}

/**
 * Walks all paths of an index at once, so that two fields of one array's documents are taken from the same element
 * (https://www.mongodb.com/docs/manual/core/indexes/index-types/index-multikey/). Throws 171 for two arrays side by side.
 */
export function indexTuples(doc: unknown, paths: readonly (readonly string[])[]): IndexTuples {
  const hasArray = paths.map(() => false);
  const tuples: unknown[][] = [];
  let isAllMissing = true;
  fanOut(paths.map((parts) => ({ parts, depth: 0, value: doc, state: 'walking' })));
  return { tuples, hasArray, isAllMissing };

  function fanOut(walkers: readonly Walker[]): void {
    for (const walker of walkers) if (walker.state === 'walking') walk(walker);
    const fanning = walkers.filter((walker) => walker.state === 'at-array');
    const array = fanning[0]?.value as readonly unknown[] | undefined;
    if (!array) {
      if (walkers.some((walker) => walker.state === 'found')) isAllMissing = false;
      tuples.push(walkers.map((walker) => (walker.state === 'missing' ? null : walker.value)));
      return;
    }
    const other = fanning.find((walker) => walker.value !== array);
    if (other) {
      throw new CommandError(171, `cannot index parallel arrays [${other.parts.at(-1)}] [${fanning[0]?.parts.at(-1)}]`);
    }
    for (const [position, walker] of walkers.entries()) if (walker.state === 'at-array') hasArray[position] = true;
    if (array.length === 0) fanOut(walkers.map(intoEmptyArray));
    for (const element of array) fanOut(walkers.map((walker) => intoElement(walker, element)));
  }
}

function walk(walker: Walker): void {
  for (;;) {
    const { value, parts, depth } = walker;
    const isEnd = depth === parts.length;
    if (Array.isArray(value)) {
      const element = isEnd ? undefined : elementByPosition(value, parts[depth] as string);
      if (!element) {
        walker.state = 'at-array';
        return;
      }
      walker.value = element[0];
      walker.depth += 1;
    } else if (isEnd) {
      walker.state = value === undefined ? 'missing' : 'found';
      return;
    } else if (isDocument(value)) {
      walker.value = getField(value, parts[depth] as string);
      walker.depth += 1;
    } else {
      walker.state = 'missing';
      return;
    }
  }
}

/** `a.0` is a position, unless a document in the array has a field of that name. */
function elementByPosition(array: readonly unknown[], part: string): readonly [unknown] | undefined {
  if (!isIndexName(part) || Number(part) >= array.length) return undefined;
  if (array.some((element) => isDocument(element) && Object.hasOwn(element, part))) return undefined;
  return [array[Number(part)]];
}

function intoElement(walker: Walker, element: unknown): Walker {
  if (walker.state !== 'at-array') return walker;
  if (walker.depth === walker.parts.length) return { ...walker, value: element ?? null, state: 'found' };
  return { ...walker, value: element, state: isDocument(element) ? 'walking' : 'missing' };
}

function intoEmptyArray(walker: Walker): Walker {
  if (walker.state !== 'at-array') return walker;
  const isEnd = walker.depth === walker.parts.length;
  return { ...walker, value: undefined, state: isEnd ? 'found' : 'missing' };
}
