import { calibrationBins } from "../../pipeline/evaluation/calibration.ts";
import type { Prediction } from "../../pipeline/evaluation/evaluation.ts";
import { wilson } from "../../pipeline/evaluation/wilson.ts";
import { chart, shares } from "../chart.ts";
import { percent } from "../format.ts";
import type { Html } from "../html.ts";

/** How often the model is right at each confidence, with 95% intervals and the numbers of pictures. */
export async function calibrationChart(
  predictions: readonly Prediction[],
  classes: number,
): Promise<Html> {
  const values = calibrationBins(predictions)
    .filter(({ count }) => count > 0)
    .map(({ confidence, accuracy, count }) => {
      const [low, high] = wilson(Math.round(accuracy * count), count);
      return { confidence, accuracy, count, low, high };
    });
  const least = Math.floor(10 / classes) / 10;
  const x = shares("confidence", "confidence", least);
  const diagonal = [least, 1].map((each) => ({ confidence: each, accuracy: each }));
  return chart(
    {
      width: 370,
      height: 240,
      data: { values },
      layer: [
        {
          data: { values: diagonal },
          mark: { type: "line", color: "var(--soft)", strokeDash: [4, 4], strokeWidth: 1.5 },
          encoding: { x, y: right("accuracy") },
        },
        {
          mark: { type: "rule", color: "var(--right)", strokeWidth: 2, opacity: 0.5 },
          encoding: { x, y: right("low"), y2: { field: "high" } },
        },
        {
          mark: { type: "point", filled: true, size: 90, opacity: 1, color: "var(--right)" },
          encoding: { x, y: right("accuracy") },
        },
        {
          mark: { type: "text", align: "right", dx: -7, dy: -9 },
          encoding: { x, y: right("accuracy"), text: { field: "count", type: "quantitative" } },
        },
      ],
    },
    `Share of right answers by confidence: ${values
      .map(
        ({ confidence, accuracy, count }) =>
          `${percent(accuracy, 0)} of ${count} at ${percent(confidence, 0)}`,
      )
      .join(", ")}.`,
  );
}

function right(field: string) {
  return shares(field, "share that is right");
}
