import type { Prediction } from "../../pipeline/evaluation/evaluation.ts";
import { rocCurve } from "../../pipeline/evaluation/roc.ts";
import { chart, shares } from "../chart.ts";
import { colourOf } from "../class-colours.ts";
import { decimals } from "../format.ts";
import { html, type Html } from "../html.ts";

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
      ).map((point) =>
        Object.assign(point, {
          name,
          colour: classes.length === 2 ? "var(--right)" : colourOf(label),
        }),
      ),
    );
  const curves = new Map(values.map(({ name, colour }) => [name, colour]));
  const x = shares("falsePositiveRate", "others taken for it");
  const y = shares("truePositiveRate", "found");
  const drawn = await chart(
    {
      width: 370,
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
          mark: { type: "line", interpolate: "linear", strokeWidth: 2 },
          encoding: {
            x,
            y,
            detail: { field: "name" },
            color: { field: "colour", type: "nominal", scale: null },
            order: { field: "falsePositiveRate" },
          },
        },
      ],
    },
    `ROC curve of ${classes.length === 2 ? classes[1] : "each class"}; area ${decimals(auc)}.`,
  );
  if (curves.size < 2) return drawn;
  return html`${drawn}
    <ul class="legend keys">
      ${[...curves].map(
        ([name, colour]) =>
          html`<li><i style="background:${colour}" aria-hidden="true"></i>${name}</li>`,
      )}
    </ul>`;
}
