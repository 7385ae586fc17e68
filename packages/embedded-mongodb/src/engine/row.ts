import { decodeDocument } from '../bson-codec.ts';
import type { Doc } from '../values/bson-type.ts';

/**
 * One stored document. Index entries point at the row, so an update that touches no indexed field touches no index.
 * `raw` is never written to, only replaced: whoever holds it holds a snapshot.
 */
export class Row {
  /** encodeKey of `_id`. */
  readonly idKey: string;
  /** Insertion order; natural order of a scan, and what makes equal index keys distinct. */
  readonly recordId: number;
  #raw: Uint8Array;
  #doc: Doc | undefined;

  constructor(idKey: string, recordId: number, raw: Uint8Array, doc?: Doc) {
    this.idKey = idKey;
    this.recordId = recordId;
    this.#raw = raw;
    this.#doc = doc;
  }

  get raw(): Uint8Array {
    return this.#raw;
  }

  /** The parsed document; shared, so nobody may change it. */
  get doc(): Doc {
    this.#doc ??= decodeDocument(this.#raw);
    return this.#doc;
  }

  /** Lets the parsed form go; it is made again when somebody asks. What is only read in at the start costs its bytes alone. */
  forget(): void {
    this.#doc = undefined;
  }

  replace(raw: Uint8Array, doc: Doc): void {
    this.#raw = raw;
    this.#doc = doc;
  }
}
