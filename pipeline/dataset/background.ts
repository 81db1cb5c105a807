import { readCifar, readCifarLabels } from "./cifar.ts";
import { random, shuffle } from "./random.ts";
import type { Split } from "./source.ts";

/** Places in their files of an archive's pictures that stand for anything else. */
export type Background = Readonly<Record<Split, ReadonlySet<number>>>;

/** How many pictures of anything else are wanted of each split, and the seed of their choice. */
export interface BackgroundWanted {
  readonly counts: Readonly<Record<Split, number>>;
  readonly seed: number;
}

/** Beside so many pictures for training, half as many are for the test: a share of 3% is small. */
export function backgroundWanted({
  count,
  seed,
}: {
  count: number;
  seed: number;
}): BackgroundWanted {
  return { counts: { train: count, test: Math.ceil(count / 2) }, seed };
}

/**
 * Picks pictures of other classes of a CIFAR-100 archive than these, the same number of each class give or
 * take one. There may be none: an archive can hold these classes only.
 */
export async function pickBackground(
  file: string,
  classes: readonly string[],
  { counts, seed }: BackgroundWanted,
): Promise<Background> {
  const names = await readCifarLabels(file);
  const skipped = new Set(classes.map((name) => names.indexOf(name)));
  const kinds: Record<Split, Map<number, number[]>> = { train: new Map(), test: new Map() };
  for await (const { split, index, label } of readCifar(file)) {
    if (skipped.has(label)) continue;
    const places = kinds[split].get(label);
    if (places === undefined) kinds[split].set(label, [index]);
    else places.push(index);
  }
  const next = random(seed);
  const pick = (split: Split) => new Set(dealt(kinds[split].values(), counts[split], next));
  return { train: pick("train"), test: pick("test") };
}

/** Items of each list in turn, drawn by lot, until there are enough or none is left. */
function dealt<T>(lists: Iterable<readonly T[]>, wanted: number, next: () => number): T[] {
  const turns = shuffle(lists, next).flatMap((list) =>
    shuffle(list, next).map((item, turn) => ({ item, turn })),
  );
  return turns
    .toSorted((a, b) => a.turn - b.turn)
    .slice(0, wanted)
    .map(({ item }) => item);
}
