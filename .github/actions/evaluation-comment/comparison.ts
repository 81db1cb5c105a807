import { escape, table } from "../../../actions/summary/markdown.ts";
import { percent } from "../../../report/format.ts";
import { isComparable, type Run } from "./run.ts";

interface Row {
  readonly name: string;
  /** Undefined where the run did not get so far, null where it is not defined. */
  readonly value: (run: Run) => number | null | undefined;
  readonly show: (value: number, run: Run) => string;
  /** Of a difference without its sign. */
  readonly showDifference: (difference: number) => string;
}

/** A table of a run's numbers, beside main's and with the difference where main has any. */
export function comparison(run: Run, main: Run | undefined): string {
  const beside = main?.evaluation === undefined ? undefined : main;
  const titles = beside === undefined ? ["this change"] : ["this change", "main", "difference"];
  const numbers = table(
    [{ title: "" }, ...titles.map((title) => ({ title, align: "right" }) as const)],
    rowsOf(run).flatMap((row) => {
      const cells = cellsOf(row, run, beside);
      return cells === undefined ? [] : [cells];
    }),
  );
  if (beside === undefined) return `${numbers}\n\nThere is no evaluation of main to compare with.`;
  if (isComparable(run, beside)) return numbers;
  return `${numbers}\n\n**main was measured on other pictures: the differences say little.**`;
}

/** Undefined where this run has no such number; empty cells where main has none. */
function cellsOf(row: Row, run: Run, main: Run | undefined): string[] | undefined {
  const mine = row.value(run) ?? undefined;
  if (mine === undefined) return undefined;
  const cells = [row.name, row.show(mine, run)];
  if (main === undefined) return cells;
  const theirs = row.value(main) ?? undefined;
  if (theirs === undefined) return [...cells, "", ""];
  return [...cells, row.show(theirs, main), signed(mine - theirs, row.showDifference)];
}

const points = (share: number) => `${(share * 100).toFixed(1)} points`;
const fixed = (value: number) => value.toFixed(4);
const milliseconds = (value: number) => `${Math.round(value)} ms`;

const correct: Row = {
  name: "test pictures right",
  value: (run) => run.evaluation?.correct,
  show: (value, run) => `${value} of ${run.evaluation?.total}`,
  showDifference: String,
};

const accuracy: Row = {
  name: "accuracy, with its 95% interval",
  value: (run) => run.evaluation?.accuracy,
  show: (value, run) => {
    const [low, high] = run.evaluation?.interval.map((end) => percent(end)) ?? [];
    return `${percent(value)} (${low} to ${high})`;
  },
  showDifference: points,
};

function ofClass(name: string, measure: "precision" | "recall"): Row {
  return {
    name: `${measure} of ${escape(name)}`,
    value: ({ evaluation }) => evaluation?.perClass.find((each) => each.name === name)?.[measure],
    show: (share) => percent(share),
    showDifference: points,
  };
}

function ofProbabilities(name: string, measure: "auc" | "logLoss" | "calibrationError"): Row {
  return {
    name,
    value: ({ evaluation }) => evaluation?.[measure],
    show: fixed,
    showDifference: fixed,
  };
}

function ofLatency(percentile: "p50" | "p95"): Row {
  return {
    name: `one picture through the application, ${percentile}`,
    value: ({ verification }) => verification?.latencyMs[percentile],
    show: milliseconds,
    showDifference: milliseconds,
  };
}

function rowsOf({ evaluation }: Run): Row[] {
  return [
    correct,
    accuracy,
    ...(evaluation?.perClass ?? []).flatMap(({ name }) => [
      ofClass(name, "precision"),
      ofClass(name, "recall"),
    ]),
    ofProbabilities("area under the ROC curve", "auc"),
    ofProbabilities("log loss", "logLoss"),
    ofProbabilities("calibration error", "calibrationError"),
    ofLatency("p50"),
    ofLatency("p95"),
  ];
}

/** `+1.5 points`; a difference too small to show has no sign. */
function signed(difference: number, show: Row["showDifference"]): string {
  const text = show(Math.abs(difference));
  if (Number.parseFloat(text) === 0) return "0";
  return `${difference > 0 ? "+" : "−"}${text}`;
}
