import { UsageError } from "../errors.ts";
import { draw, render } from "./drawing.ts";
import type { Vehicle } from "./drawing.ts";
import { random, shuffle } from "./random.ts";
import type { Pictures, Split } from "./source.ts";

const vehicles: readonly string[] = ["bicycle", "motorcycle"] satisfies Vehicle[];

/**
 * Pictures of bicycles and motorcycles that the project draws itself, the same for the same seed.
 * @throws UsageError for other classes.
 */
export function openDrawn(
  classes: readonly string[],
  seed: number,
  perClass: Readonly<Record<Split, number>> = { train: 400, test: 100 },
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
      Array.from({ length: perClass[split] }, (_, id) => {
        const drawing = draw(vehicle as Vehicle, Math.floor(next() * 2 ** 32));
        const content = Buffer.from(JSON.stringify(drawing));
        return { split, label, id, content, png: () => render(drawing) };
      }),
    ),
  );
  const mixed = shuffle(all, next);
  return async function* pictures() {
    yield* mixed;
  };
}
