import { parseConfig } from "../../../pipeline/config.ts";
import { evaluate } from "../../../pipeline/evaluation/evaluation.ts";
import { makeBaseline } from "../../../pipeline/monitoring/baseline.ts";
import { pictureStatistics } from "../../../pipeline/monitoring/picture-statistics.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";
import { createCapture } from "../monitoring/captures.ts";
import { createManifest, createPredictions } from "../evaluation/predictions.ts";

export const config = parseConfig("environment: test");
const manifest = createManifest(100);
export const evaluation = evaluate(createPredictions(manifest), {
  trainingJobName: "job",
  manifest,
});
/** Noise of some brightness, another one for each number. */
const pictureOf = (number: number, light = 128) =>
  encodePng(
    Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => (light * ((at * (number + 7)) % 61)) / 60),
    8,
    8,
  );
const looks = await Promise.all(
  Array.from({ length: 100 }, (_, number) => pictureStatistics(pictureOf(number), { side: 8 })),
);
export const baseline = makeBaseline(evaluation, looks);
/** Captures of half bicycles, half motorcycles with this confidence. */
export const ordinary = (count: number, confidence = 0.9, light?: number) =>
  Array.from({ length: count }, (_, index) => {
    const [first, second] =
      index % 2 === 0 ? [confidence, 1 - confidence] : [1 - confidence, confidence];
    return createCapture({
      eventId: `event-${index}`,
      data: JSON.stringify([first, second]),
      picture: pictureOf(index, light),
    });
  });
