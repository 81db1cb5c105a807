import { cifarSide, interleave, readCifar, readCifarLabels } from "../cifar.ts";
import { UsageError } from "../errors.ts";
import { encodePng } from "../png.ts";
import type { Picture, Pictures } from "./source.ts";

/**
 * The pictures of some classes of a CIFAR-100 archive, in its order.
 * @throws UsageError where it is no such archive, or has no label of a class's name.
 */
export async function openArchive(file: string, classes: readonly string[]): Promise<Pictures> {
  const names = await readCifarLabels(file);
  const unknown = classes.filter((vehicle) => !names.includes(vehicle));
  if (unknown.length > 0) {
    throw new UsageError(
      `${file} has no class "${unknown.join('", "')}". Change dataset.classes in pipeline.yaml; ` +
        `the archive has: ${names.join(", ")}.`,
    );
  }
  const labels = new Map(classes.map((name, label) => [names.indexOf(name), label]));
  return () => read(file, labels);
}

async function* read(
  file: string,
  labels: ReadonlyMap<number, number>,
): AsyncGenerator<Picture, void, undefined> {
  for await (const { split, index, label: fine, planes } of readCifar(file)) {
    const label = labels.get(fine);
    if (label === undefined) continue;
    const png = () => encodePng(interleave(planes), cifarSide, cifarSide);
    yield { split, label, id: index, content: planes, png };
  }
}
