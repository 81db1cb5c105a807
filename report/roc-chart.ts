import type { Prediction } from "../pipeline/evaluation.ts";
import { rocCurve } from "../pipeline/roc.ts";
import { chart, shares } from "./chart.ts";
import type { Html } from "./html.ts";

/** The ROC curve of the second of two classes, or a curve for each of more. */
export async function rocChart(
  predictions: readonly Prediction[],
  classes: readonly string[],
  auc: number,
): Promise<Html> {
  const values = [...classes.entries()]
    .slice(classes.length === 2 ? 1 : 0)
    .filter(([label]) => predictions.some((prediction) => prediction.label === label))
    .flatMap(([label, name]) =>
      rocCurve(
        predictions.map(({ probabilities }) => probabilities[label] ?? 0),
        predictions.map((prediction) => prediction.label === label),
      ).map((point) => Object.assign(point, { name })),
    );
  const x = shares("falsePositiveRate", "others taken for it");
  const y = shares("truePositiveRate", "found");
  return chart(
    {
      width: 400,
      height: 240,
      layer: [
        {
          data: {
            values: [0, 1].map((each) => ({ falsePositiveRate: each, truePositiveRate: each })),
          },
          mark: { type: "line", color: "var(--soft)", strokeDash: [4, 4], strokeWidth: 1.5 },
          encoding: { x, y },
        },
        {
          data: { values },
          mark: { type: "line", interpolate: "linear", color: "var(--right)", strokeWidth: 2 },
          encoding: { x, y, detail: { field: "name" }, order: { field: "falsePositiveRate" } },
        },
      ],
    },
    `ROC curve of ${classes.length === 2 ? classes[1] : "each class"}; area ${auc.toFixed(3)}.`,
  );
}
