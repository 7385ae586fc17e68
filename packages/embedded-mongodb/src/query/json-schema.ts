import type { Doc } from '../values/bson-type.ts';
import { isDocument } from '../values/bson-type.ts';
import { typeMismatch } from '../values/refusals.ts';

export function compileJsonSchema(schema: unknown): (doc: Doc) => boolean {
  if (!isDocument(schema)) throw typeMismatch('$jsonSchema must be an object');
  return () => true;
}
