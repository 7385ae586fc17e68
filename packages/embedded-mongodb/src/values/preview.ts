import { bsonTypeOf, isDocument } from './bson-type.ts';
import { plainDocument } from './fields.ts';

/** A value as MongoDB's messages show it. Never throws, as `String` does for a document with a `toString` field. */
export function preview(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[ ${value.map(preview).join(', ')} ]`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (isDocument(value)) {
    const inner = Object.entries(plainDocument(value)).map(([name, field]) => `${name}: ${preview(field)}`);
    return `{ ${inner.join(', ')} }`;
  }
  const type = bsonTypeOf(value);
  if (type === 'objectId') return `ObjectId('${String(value)}')`;
  if (type === 'minKey' || type === 'maxKey') return type === 'minKey' ? 'MinKey' : 'MaxKey';
  return String(value);
}
