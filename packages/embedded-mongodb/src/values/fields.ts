import type { Doc } from './bson-type.ts';

/** A DBRef as the document it is on the wire; any other document as it is. */
export function plainDocument(value: Doc): Doc {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return value;
  const ref = value as unknown as { collection?: unknown; oid?: unknown; db?: unknown; fields?: Doc };
  const plain: Doc = { $ref: ref.collection, $id: ref.oid };
  if (ref.db !== undefined && ref.db !== '') plain['$db'] = ref.db;
  return { ...plain, ...ref.fields };
}

/** A document's own field, `undefined` when missing; never something inherited (`constructor`, `__proto__`). */
export function getField(doc: Doc, name: string): unknown {
  const value = doc[name];
  if (value === undefined || typeof value === 'function' || value === Object.prototype) {
    if (Object.hasOwn(doc, name)) return typeof value === 'function' ? undefined : value;
    const prototype = Object.getPrototypeOf(doc);
    return prototype === Object.prototype || prototype === null ? undefined : getField(plainDocument(doc), name);
  }
  // Only a DBRef has a prototype with fields that are not its BSON names.
  return Object.getPrototypeOf(doc) === Object.prototype || Object.hasOwn(doc, name) ? value : undefined;
}

/** Sets a field in a document that the caller just made; `__proto__` becomes an ordinary own field. */
export function putField(doc: Doc, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(doc, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    doc[name] = value;
  }
}

/** A copy of the document with one field set (in place when it exists, else last). */
export function withField(doc: Doc, name: string, value: unknown): Doc {
  const copy: Doc = { ...plainDocument(doc) };
  putField(copy, name, value);
  return copy;
}

/** A copy of the document without one field; the same document when it has none. */
export function withoutField(doc: Doc, name: string): Doc {
  const plain = plainDocument(doc);
  if (!Object.hasOwn(plain, name)) return doc;
  const copy: Doc = {};
  for (const key of Object.keys(plain)) if (key !== name) putField(copy, key, plain[key]);
  return copy;
}
