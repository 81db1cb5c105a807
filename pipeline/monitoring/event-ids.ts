/** Faster than through the global object where tests run in a context of their own. */
const { imul } = Math;

/**
 * 53 bits of a text, the same for the same text, spread evenly: two independent rounds over its
 * characters, each ended by the finalizer of MurmurHash3 (Austin Appleby, public domain).
 */
export function hashOf(text: string): number {
  let low = 0x9e3779b9;
  let high = 0x85ebca6b;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = imul(low ^ code, 0x01000193);
    high = imul(high ^ code, 0x5bd1e995) + low;
  }
  return (mixed(high) >>> 11) * 2 ** 32 + (mixed(low ^ high) >>> 0);
}

function mixed(bits: number): number {
  let value = bits;
  value = imul(value ^ (value >>> 16), 0x85ebca6b);
  value = imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}

/**
 * Which events were seen, by the hashes of their ids: at most 32 bytes an event, where a Set of the
 * ids takes about 120. That two of a million different ids share a hash, so that one is not counted,
 * has a chance of 1 in 18,000.
 */
export class EventIds {
  /** A hash, or 0 where the slot is free; of a power of two, at most half full. */
  #slots = new Float64Array(1 << 12);
  #used = 0;

  /** True where it was not seen before. */
  add(hash: number): boolean {
    if (2 * this.#used >= this.#slots.length) this.#grow();
    // 0 marks a free slot.
    const added = put(this.#slots, hash === 0 ? 1 : hash);
    if (added) this.#used += 1;
    return added;
  }

  #grow(): void {
    const slots = new Float64Array(2 * this.#slots.length);
    for (const hash of this.#slots) if (hash !== 0) put(slots, hash);
    this.#slots = slots;
  }
}

/** With linear probing. */
function put(slots: Float64Array, hash: number): boolean {
  const mask = slots.length - 1;
  let at = hash & mask;
  for (let found = slots[at]; found !== 0; found = slots[at]) {
    if (found === hash) return false;
    at = (at + 1) & mask;
  }
  slots[at] = hash;
  return true;
}
