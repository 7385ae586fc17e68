const SLAB_BYTES = 256 * 1024;

/**
 * Copies byte arrays into common blocks: a block of its own costs each small document more than twice its bytes, and the
 * garbage collector the time. A block lives as long as one of its documents, so this is for what is read in at the
 * start, where nearly all of it stays; what is written later has bytes of its own.
 */
export function createByteSlabs(): (bytes: Uint8Array) => Uint8Array {
  let slab = new Uint8Array(0);
  let used = 0;
  return (bytes) => {
    const { byteLength } = bytes;
    if (byteLength > SLAB_BYTES / 8) return new Uint8Array(bytes);
    if (used + byteLength > slab.byteLength) {
      slab = new Uint8Array(SLAB_BYTES);
      used = 0;
    }
    const copy = slab.subarray(used, used + byteLength);
    copy.set(bytes);
    used += byteLength;
    return copy;
  };
}
