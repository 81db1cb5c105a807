import pMap from "p-map";
import { readCifarLabels } from "../pipeline/dataset/cifar.ts";
import { openArchive } from "../pipeline/dataset/archive.ts";
import { random, shuffle } from "../pipeline/dataset/random.ts";

/** PNGs of other classes of a CIFAR-100 archive, test pictures alone, drawn by lot. */
export async function strangersOf(
  archive: string,
  classes: readonly string[],
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<Buffer[]> {
  const names = (await readCifarLabels(archive)).filter((name) => !classes.includes(name));
  const pictures: (() => Buffer | Promise<Buffer>)[] = [];
  for await (const { split, png } of (await openArchive(archive, names))()) {
    if (split === "test") pictures.push(png);
  }
  const chosen = shuffle(pictures, random(seed)).slice(0, count);
  return await pMap(chosen, (png) => png());
}
