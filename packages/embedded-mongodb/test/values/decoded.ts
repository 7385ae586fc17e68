import { deserialize, EJSON, serialize } from 'bson';
import type { Doc } from '../../src/values/bson-type.ts';

/** A document as it arrives from a client: through BSON bytes, numbers wrapped with their exact type. */
export function decoded(doc: object): Doc {
  return deserialize(serialize(doc, { ignoreUndefined: false }), { promoteValues: false, bsonRegExp: true }) as Doc;
}

/** One value as it arrives inside a document. */
export function decodedValue(value: unknown): unknown {
  return value === undefined ? undefined : decoded({ value })['value'];
}

/** Text that two values share only when they have the same types, fields and field order. */
export function canonical(value: unknown): string {
  return value === undefined ? 'missing' : EJSON.stringify({ value: decodedValue(value) }, { relaxed: false });
}

/** The code of the CommandError that the work throws; `undefined` when it succeeds. */
export function errorCode(work: () => unknown): number | undefined {
  try {
    const result = work();
    if (result !== null && typeof result === 'object' && Symbol.iterator in result)
      Array.from(result as Iterable<unknown>);
    return undefined;
  } catch (error) {
    const { code } = error as { code?: number };
    if (code === undefined) throw error;
    return code;
  }
}
