import { UsageError } from "../errors.ts";
import { draw, type Drawing, render, type Vehicle } from "./drawing.ts";
import { drawStranger } from "./drawn-strangers.ts";
import type { BackgroundWanted } from "./background.ts";
import { random, shuffle } from "./random.ts";
import type { Picture, Pictures, Split } from "./source.ts";

const vehicles: readonly string[] = ["bicycle", "motorcycle"] satisfies Vehicle[];

interface DrawnCounts {
  readonly perClass?: Readonly<Record<Split, number>>;
  /** Of anything else, with the label behind the classes; none where it is not given. */
  readonly background?: BackgroundWanted | undefined;
}

/**
 * Pictures of bicycles and motorcycles that the project draws itself, the same for the same seed.
 * @throws UsageError for other classes.
 */
export function openDrawn(
  classes: readonly string[],
  seed: number,
  { perClass = { train: 400, test: 100 }, background }: DrawnCounts = {},
): Pictures {
  const other = classes.find((name) => !vehicles.includes(name));
  if (other !== undefined) {
    throw new UsageError(
      `"drawn" has only the classes bicycle and motorcycle, not "${other}" of dataset.classes in ` +
        "pipeline.yaml. Name a folder of pictures.",
    );
  }
  const next = random(seed);
  const all = (["train", "test"] as const).flatMap((split) =>
    classes.flatMap((vehicle, label) =>
      Array.from({ length: perClass[split] }, (_, id) =>
        picture({ split, label, id }, draw(vehicle as Vehicle, seedFrom(next))),
      ),
    ),
  );
  const mixed = shuffle([...all, ...strangers(classes.length, background)], next);
  return async function* pictures() {
    yield* mixed;
  };
}

function strangers(label: number, background: BackgroundWanted | undefined): Picture[] {
  if (background === undefined) return [];
  const next = random(background.seed);
  return (["train", "test"] as const).flatMap((split) =>
    Array.from({ length: background.counts[split] }, (_, id) =>
      picture({ split, label, id }, drawStranger(seedFrom(next))),
    ),
  );
}

function picture(which: Pick<Picture, "split" | "label" | "id">, drawing: Drawing): Picture {
  const content = Buffer.from(JSON.stringify(drawing));
  return { ...which, content, png: () => render(drawing) };
}

function seedFrom(next: () => number): number {
  return Math.floor(next() * 2 ** 32);
}
