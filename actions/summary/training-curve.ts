import type { TrainingMoment } from "../../pipeline/trained-model.ts";

const VALIDATION = "validation:accuracy";
const TRAIN = "train:accuracy";
/** Legible on GitHub's white and on its black. */
const BLUE = "#3b82f6";
const ORANGE = "#ea7317";

/**
 * The accuracies over the epochs that were seen, as a chart that GitHub draws: Mermaid's XY chart,
 * https://mermaid.js.org/syntax/xyChart.html. Empty for fewer than two: polling misses epochs, and
 * an adopted job shows none.
 */
export function trainingCurve(history: readonly TrainingMoment[]): string {
  const points = observed(history);
  if (points.length < 2) return "";
  const lines = [
    { name: "validation", colour: "blue", values: points.map(({ validation }) => validation) },
    { name: "train", colour: "orange", values: points.flatMap(({ train }) => train ?? []) },
  ].filter(({ values }) => values.length === points.length);
  const lowest = Math.min(...lines.flatMap(({ values }) => values));
  const legend = lines.map(
    ({ name, colour, values }) => `${name} (${colour}) to ${values.at(-1)?.toFixed(3)}`,
  );
  return [
    `Accuracy over ${points.length} observed epochs: ${legend.join(", ")}`,
    "",
    "```mermaid",
    "---",
    "config:",
    "  themeVariables:",
    "    xyChart:",
    `      plotColorPalette: "${BLUE}, ${ORANGE}"`,
    "---",
    "xychart-beta",
    `  x-axis "observed epoch" ${axis(points.length)}`,
    `  y-axis "accuracy" ${Math.max(0, Math.floor(lowest * 20 - 1) / 20).toFixed(2)} --> 1`,
    ...lines.map(({ values }) => `  line [${values.map((each) => each.toFixed(4)).join(", ")}]`),
    "```",
  ].join("\n");
}

/** Each number where they fit beside each other: of a short range Mermaid would show halves. */
function axis(points: number): string {
  if (points > 20) return `1 --> ${points}`;
  return `[${Array.from({ length: points }, (_, index) => index + 1).join(", ")}]`;
}

interface Point {
  readonly validation: number;
  readonly train: number | undefined;
}

/** One point for each change: a job is looked at more often than its values change. */
function observed(history: readonly TrainingMoment[]): Point[] {
  const points: Point[] = [];
  for (const { metrics } of history) {
    const validation = share(metrics[VALIDATION]);
    const train = share(metrics[TRAIN]);
    const before = points.at(-1);
    if (validation === undefined) continue;
    if (before?.validation !== validation || before.train !== train)
      points.push({ validation, train });
  }
  return points;
}

function share(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 && value <= 1 ? value : undefined;
}
