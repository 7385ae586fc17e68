/** MongoDB's largest message, in bytes. */
export const MAX_MESSAGE_BYTES = 48_000_000;

const HEADER_BYTES = 16;

/** Cuts a byte stream into whole wire messages (each begins with its int32 length). */
export class MessageFramer {
  #chunks: Buffer[] = [];
  #byteLength = 0;

  /** The whole messages that this chunk completed. Throws RangeError on a length no message can have. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#byteLength += chunk.byteLength;
    const messages: Buffer[] = [];
    for (let length = this.#nextLength(); length > 0 && length <= this.#byteLength; length = this.#nextLength()) {
      const whole = this.#joined();
      messages.push(whole.subarray(0, length));
      this.#chunks = [whole.subarray(length)];
      this.#byteLength -= length;
    }
    return messages;
  }

  #nextLength(): number {
    if (this.#byteLength < HEADER_BYTES) return 0;
    const first = this.#chunks[0];
    const head = first && first.byteLength >= 4 ? first : this.#joined();
    const length = head.readInt32LE(0);
    if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${length} bytes`);
    return length;
  }

  #joined(): Buffer {
    const whole = this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }
}
