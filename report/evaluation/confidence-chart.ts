import type { Prediction } from "../../pipeline/evaluation/evaluation.ts";
import { confidence, isCorrect } from "../../pipeline/evaluation/metrics.ts";
import { chart } from "../chart.ts";
import { doubtChannel, doubtOf } from "../doubt-axis.ts";
import { percent } from "../format.ts";
import type { Html } from "../html.ts";

/** More points of right answers than this only make the file large; every wrong one is shown. */
const MOST_RIGHT = 1500;

/**
 * Every test picture as a point by its confidence, a band a true class, with the threshold. The
 * axis is logarithmic in the doubt, 1 - confidence: most pictures lie between 99% and 100%.
 */
export async function confidenceChart(
  predictions: readonly Prediction[],
  classes: readonly string[],
  threshold: number,
): Promise<Html> {
  const right = predictions.filter(isCorrect);
  const stride = Math.ceil(right.length / MOST_RIGHT);
  const shown = [
    ...right.filter((_, index) => index % stride === 0),
    ...predictions.filter((prediction) => !isCorrect(prediction)),
  ];
  const values = shown.map((prediction, index) => ({
    doubt: doubtOf(confidence(prediction)),
    vehicle: classes[prediction.label] ?? "",
    lane: (index * 0.618034) % 1, // golden-ratio steps: even, and the same in every run
    right: isCorrect(prediction),
  }));
  const most = 1 - 1 / (predictions[0]?.probabilities.length ?? 2);
  const least = Math.min(...values.map(({ doubt }) => doubt), (1 - threshold) / 5);
  const x = doubtChannel("doubt", least, most, "confidence");
  const y = {
    field: "vehicle",
    type: "nominal" as const,
    sort: [...classes],
    axis: { title: null, grid: false, ticks: false, domain: false, labelPadding: 8 },
    scale: { paddingInner: 0.25 },
  };
  const yOffset = {
    field: "lane",
    type: "quantitative" as const,
    scale: { domain: [0, 1] },
  };
  return chart(
    {
      width: 370,
      height: classes.length * (classes.length === 2 ? 125 : 70),
      data: { values },
      layer: [
        {
          transform: [{ filter: "datum.right" }],
          mark: { type: "point", filled: true, size: 22, opacity: 0.55, color: "var(--right)" },
          encoding: { x, y, yOffset },
        },
        {
          transform: [{ filter: "!datum.right" }],
          mark: { type: "point", shape: "cross", filled: true, size: 80, color: "var(--wrong)" },
          encoding: { x, y, yOffset },
        },
        {
          data: { values: [{ doubt: 1 - threshold, text: `threshold ${percent(threshold, 0)}` }] },
          layer: [
            {
              mark: { type: "rule", strokeDash: [5, 4], strokeWidth: 1.5, color: "var(--ink)" },
              encoding: { x },
            },
            {
              mark: { type: "text", align: "center", dy: -8, color: "var(--ink)" },
              encoding: { x, y: { value: 0 }, text: { field: "text" } },
            },
          ],
        },
      ],
    },
    `${predictions.length} test pictures by confidence and true class; ` +
      confidenceSentence(predictions, threshold),
  );
}

/** How many pictures reach the threshold, and how many of those are right. */
export function confidenceSentence(predictions: readonly Prediction[], threshold: number): string {
  const sure = predictions.filter((prediction) => confidence(prediction) >= threshold);
  const right = sure.filter(isCorrect).length;
  const share = percent(sure.length / predictions.length);
  return (
    `${sure.length} of ${predictions.length} (${share}) reach the threshold of ` +
    percent(threshold, 0) +
    (sure.length === 0 ? "." : `; ${right} of those (${percent(right / sure.length)}) are right.`)
  );
}
