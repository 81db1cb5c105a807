import { random, shuffledNumbers } from "./random.ts";

/**
 * Which training pictures of each label, by their order in the stream, are kept for validation:
 * the same share of every class, at least one picture, and never all.
 */
export function pickValidation(
  counts: readonly number[],
  share: number,
  seed: number,
): ReadonlySet<number>[] {
  const next = random(seed);
  return counts.map((count) => {
    const wanted = Math.min(Math.max(Math.round(count * share), 1), count - 1);
    return new Set(shuffledNumbers(count, next).subarray(0, wanted));
  });
}
