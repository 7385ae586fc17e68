import { type Doc, isDocument } from './bson-type.ts';
import { getField } from './fields.ts';
import { isIndexName } from './paths.ts';
import { badValue } from './refusals.ts';

interface Walker {
  readonly value: unknown;
  /** What is left of the path; undefined when the value is the one to sort by. */
  readonly rest: readonly string[] | undefined;
}

/**
 * The values of several sort fields taken together: fields of one array's documents come from the same element. Throws
 * BadValue when two fields lead through different arrays.
 */
export function sortTuples(doc: Doc, paths: readonly (readonly string[])[]): unknown[][] {
  return fanOut(paths.map((rest) => ({ value: doc, rest })));
}

function fanOut(walkers: readonly Walker[]): unknown[][] {
  const walked = walkers.map(walk);
  const waiting = walked.filter((walker) => walker.rest !== undefined);
  const array = waiting[0]?.value as readonly unknown[] | undefined;
  if (!array) return [walked.map((walker) => walker.value)];
  if (waiting.some((walker) => walker.value !== array))
    throw badValue('cannot sort with keys that are parallel arrays');
  // An empty array at the end of a path sorts before null; on the way it has nothing.
  const elements = array.length > 0 ? array : [undefined];
  return elements.flatMap((element) =>
    fanOut(walked.map((walker) => intoElement(walker, element, array.length === 0))),
  );
}

/** Through documents and asked positions, up to an array or the end. */
function walk(walker: Walker): Walker {
  let { value, rest } = walker;
  while (rest !== undefined && !Array.isArray(value)) {
    if (rest.length === 0) return { value: value === undefined ? null : value, rest: undefined };
    if (!isDocument(value)) return { value: null, rest: undefined };
    const next: unknown = getField(value, rest[0] as string);
    rest = rest.slice(1);
    const position = rest[0];
    if (Array.isArray(next) && position !== undefined && isIndexName(position) && Number(position) < next.length) {
      value = next[Number(position)];
      rest = rest.slice(1);
      if (rest.length === 0) return { value, rest: undefined };
    } else {
      value = next;
    }
  }
  return { value, rest };
}

function intoElement(walker: Walker, element: unknown, isEmpty: boolean): Walker {
  if (walker.rest === undefined) return walker;
  if (walker.rest.length === 0) return { value: isEmpty ? undefined : (element ?? null), rest: undefined };
  return isDocument(element) ? { value: element, rest: walker.rest } : { value: null, rest: undefined };
}
