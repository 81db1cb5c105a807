import type { Champion } from "../../pipeline/evaluation/champion.ts";
import type { Costs } from "../../pipeline/prices/costs.ts";
import type { Evaluation, Prediction } from "../../pipeline/evaluation/evaluation.ts";
import { confidence, isCorrect, predictedClass, sum } from "../../pipeline/evaluation/metrics.ts";
import type { Strangers } from "../../pipeline/evaluation/strangers.ts";
import { decimals, percent } from "../../report/format.ts";
import { costsTable } from "./costs.ts";
import { blocks, code, escape, facts, type Link, linkLine, table } from "./markdown.ts";

const MOST_WRONG = 5;

export interface EvaluationFacts {
  readonly evaluation: Evaluation;
  /** The model that serves, as it is compared with; undefined where none is. */
  readonly champion?: Champion | undefined;
  /** Of the batch transform, as `costLine` says it. */
  readonly cost?: string | undefined;
  /** Of the model so far. */
  readonly costs?: Costs | undefined;
  /** Of the report. */
  readonly htmlUri?: string | undefined;
  readonly links?: readonly Link[];
}

/** How good a model is on the test pictures: its confusion matrix, classes and worst mistakes. */
export function evaluationSummary({
  evaluation,
  champion,
  cost,
  costs,
  htmlUri,
  links = [],
}: EvaluationFacts): string {
  const { correct, total, accuracy, interval, trainingJobName } = evaluation;
  const [low, high] = interval;
  return blocks(
    "## Evaluation",
    `**${correct} of ${total} test pictures right: ${percent(accuracy)}** ` +
      `(95% interval ${percent(low)} to ${percent(high)})`,
    confusion(evaluation),
    classes(evaluation),
    facts([
      ["model of training job", code(trainingJobName)],
      ["to be compared with", champion && championCell(champion)],
      ["AUC", decimals(evaluation.auc)],
      ["log loss", decimals(evaluation.logLoss)],
      ["calibration error", decimals(evaluation.calibrationError)],
      ["of anything else", evaluation.strangers && strangersCell(evaluation.strangers)],
      ["cost", cost === undefined ? undefined : escape(cost)],
      ["report", htmlUri === undefined ? undefined : code(htmlUri)],
    ]),
    mistakes(evaluation),
    ...(costs === undefined ? [] : [costsTable(costs)]),
    ...linkLine(links),
  );
}

function strangersCell({ passed, total, share, interval: [low, high] }: Strangers): string {
  return (
    `${passed} of ${total} pass where 95% of the vehicles are kept: ${percent(share)} ` +
    `(95% interval ${percent(low)} to ${percent(high)})`
  );
}

function championCell(champion: Champion): string {
  const how =
    "notCompared" in champion
      ? `, not comparable: ${champion.notCompared}`
      : champion.reevaluated
        ? ", measured anew on these pictures"
        : "";
  return `${code(champion.name)}, which serves${escape(how)}`;
}

/** Rows: what it is. Columns: what the model says. The right ones are bold. */
function confusion({ classes: names, confusionMatrix }: Evaluation): string {
  const columnTotals = names.map((_, column) =>
    sum(confusionMatrix.map((row) => row[column] ?? 0)),
  );
  return table(
    [
      { title: "is ↓ taken for →" },
      ...names.map((name) => ({ title: escape(name), align: "right" }) as const),
      { title: "all", align: "right" },
    ],
    [
      ...names.map((name, label) => {
        const row = names.map((_, column) => confusionMatrix[label]?.[column] ?? 0);
        const cells = row.map((count, column) => (column === label ? `**${count}**` : `${count}`));
        return [escape(name), ...cells, `${sum(row)}`];
      }),
      ["all", ...columnTotals.map(String), `${sum(columnTotals)}`],
    ],
  );
}

function classes({ perClass }: Evaluation): string {
  return table(
    [
      { title: "class" },
      { title: "pictures", align: "right" },
      { title: "precision", align: "right" },
      { title: "recall", align: "right" },
    ],
    perClass.map(({ name, support, precision, recall }) => [
      escape(name),
      `${support}`,
      percent(precision),
      percent(recall),
    ]),
  );
}

/** Where the model was surest and wrong: mislabelled pictures and blind spots show here first. */
function mistakes({ predictions, classes: names }: Evaluation): string {
  const wrong = predictions.filter((prediction) => !isCorrect(prediction));
  if (wrong.length === 0) return "No test picture is wrong.";
  const worst = wrong.toSorted((a, b) => confidence(b) - confidence(a)).slice(0, MOST_WRONG);
  const nameOf = (label: number) => escape(names[label] ?? `${label}`);
  const row = (prediction: Prediction) => [
    code(prediction.key),
    nameOf(prediction.label),
    nameOf(predictedClass(prediction.probabilities)),
    percent(confidence(prediction)),
  ];
  return table(
    [
      { title: `surest mistakes (${worst.length} of ${wrong.length})` },
      { title: "is" },
      { title: "taken for" },
      { title: "confidence", align: "right" },
    ],
    worst.map(row),
  );
}
