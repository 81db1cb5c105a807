import { type CifarRecord, cifarSide, interleave, readCifar, readCifarLabels } from "./cifar.ts";
import { UsageError } from "../errors.ts";
import { encodePng } from "./png.ts";
import type { Background } from "./background.ts";
import type { Picture, Pictures } from "./source.ts";

/**
 * The pictures of some classes of a CIFAR-100 archive, in its order; `background` has the label behind
 * them.
 * @throws UsageError where it is no such archive, or has no label of a class's name.
 */
export async function openArchive(
  file: string,
  classes: readonly string[],
  background?: Background,
): Promise<Pictures> {
  const names = await readCifarLabels(file);
  const unknown = classes.filter((vehicle) => !names.includes(vehicle));
  if (unknown.length > 0) {
    throw new UsageError(
      `${file} has no class "${unknown.join('", "')}". Change dataset.classes in pipeline.yaml; ` +
        `the archive has: ${names.join(", ")}.`,
    );
  }
  const labels = new Map(classes.map((name, label) => [names.indexOf(name), label]));
  const labelOf = ({ split, index, label }: CifarRecord) =>
    background?.[split].has(index) === true ? classes.length : labels.get(label);
  return () => read(file, labelOf);
}

async function* read(
  file: string,
  labelOf: (record: CifarRecord) => number | undefined,
): AsyncGenerator<Picture, void, undefined> {
  for await (const record of readCifar(file)) {
    const label = labelOf(record);
    if (label === undefined) continue;
    const { split, index, planes } = record;
    const png = () => encodePng(interleave(planes), cifarSide, cifarSide);
    yield { split, label, id: index, content: planes, png };
  }
}
