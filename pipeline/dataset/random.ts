/** A stream of numbers in [0, 1), the same for the same seed: mulberry32 (Tommy Ettinger, CC0). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The items in a random order (Fisher and Yates). */
export function shuffle<T>(items: Iterable<T>, next: () => number): T[] {
  const keyed = [...items];
  shuffleInPlace(keyed, next);
  return keyed;
}

/** The numbers from 0 up to `count` in a random order, as `shuffle` gives them, in four bytes each. */
export function shuffledNumbers(count: number, next: () => number): Uint32Array {
  const numbers = Uint32Array.from({ length: count }, (_, at) => at);
  shuffleInPlace(numbers, next);
  return numbers;
}

function shuffleInPlace<T>(
  items: { readonly length: number; [at: number]: T },
  next: () => number,
) {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    [items[last], items[other]] = [items[other] as T, items[last] as T];
  }
}
