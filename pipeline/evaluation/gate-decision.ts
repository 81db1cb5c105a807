import type { Comparison } from "./comparison.ts";
import type { Config } from "../config.ts";
import { UnprovenError } from "../errors.ts";
import type { Evaluation } from "./evaluation.ts";
import { isCorrect } from "./metrics.ts";

/** Whether a model may be deployed. The counts are 0 where nothing is proven. */
export interface GateDecision {
  readonly approved: boolean;
  /** Test pictures that must be right. */
  readonly required: number;
  readonly correct: number;
  readonly total: number;
  /** As the user named the dataset; empty where nothing is proven. */
  readonly datasetSource: string;
  readonly reason: string;
  /** `190/200 = 95.0% (91.0–97.3), needs 188: open`. */
  readonly line: string;
  /** How the model compares with the one that serves, or why it is not compared. */
  readonly championLine: string;
  /** Absent where it was not compared. */
  readonly comparison?: Comparison;
}

/** What the gate goes by: the configuration's own, no input of a run. */
export interface GateSettings {
  readonly gate: Config["gate"];
  readonly dataset: Pick<Config["dataset"], "source">;
}

/** The source of the pictures that the project draws itself. */
const DRAWN = "drawn";

/**
 * Whether enough test pictures are right, and not fewer than the champion has but for what
 * `maxRegression` allows: whole pictures are compared, never shares. McNemar's test informs, and
 * decides nothing. A text in place of the comparison says why there is none. Drawn pictures open it only
 * where the configuration names them: a model of photographs would lose to one of drawings on these.
 * @throws UnprovenError where the evaluation is not whole.
 */
export function decide(
  evaluation: Evaluation,
  { gate, dataset }: GateSettings,
  against: Comparison | string,
): GateDecision {
  requireWhole(evaluation);
  const { correct, total, interval } = evaluation;
  const comparison = typeof against === "string" ? undefined : against;
  const atLeast = requiredCorrect(gate.accuracy, total);
  const allowed = allowedFewer(gate.maxRegression, total);
  const ofChampion = (comparison?.championCorrect ?? 0) - allowed;
  const required = Math.max(atLeast, ofChampion);
  const enough = correct >= required;
  const unasked = evaluation.datasetSource === DRAWN && dataset.source !== DRAWN;
  const approved = enough && !unasked;
  const share = `${correct}/${total} = ${percent(correct / total)}%`;
  const [low, high] = interval.map(percent);
  const short = `${required - correct} short`;
  const because =
    comparison === undefined || ofChampion <= atLeast
      ? ""
      : allowed === 0
        ? ` as ${comparison.champion} has, which serves`
        : `, ${allowed} fewer than ${comparison.champion} has, which serves`;
  return {
    approved,
    required,
    correct,
    total,
    datasetSource: evaluation.datasetSource,
    reason: [
      enough
        ? `${share} of the test pictures right, at least ${required} needed${because}.`
        : `${share} of the test pictures right, ${short} of ${required}${because}.`,
      ...(unasked ? [UNASKED] : []),
    ].join(" "),
    line: `${share} (${low}–${high}), needs ${required}: ${approved ? "open" : `closed, ${enough ? "on drawn pictures" : short}`}`,
    ...(typeof against === "string"
      ? { championLine: against }
      : { championLine: championLine(against, total, allowed), comparison: against }),
  };
}

const UNASKED =
  "They are drawn pictures, and pipeline.yaml names others: what they show says nothing of photographs. " +
  "Run it on photographs, or, for a demonstration, write dataset.source: drawn into pipeline.yaml.";

/** The gate as it stays closed where what it would decide by is missing or altered. */
export function unproven(reason: string): GateDecision {
  return {
    approved: false,
    required: 0,
    correct: 0,
    total: 0,
    datasetSource: "",
    reason,
    line: `closed, nothing is proven: ${reason}`,
    championLine: "Not compared with any model.",
  };
}

function championLine(comparison: Comparison, total: number, allowed: number): string {
  const { champion, championCorrect, reevaluated, gained, lost, pValue } = comparison;
  const fewer = lost.length - gained.length;
  const chance = pValue < 0.001 ? "< 0.001" : `= ${pValue.toFixed(3)}`;
  const verdict = fewer <= 0 ? "not worse" : `${fewer} fewer, ${allowed} allowed`;
  return (
    `${champion}, which serves, has ${championCorrect}/${total} right` +
    `${reevaluated ? " (measured anew: its own pictures were others)" : ""}: ${gained.length} gained, ` +
    `${lost.length} lost, ${verdict} (McNemar's exact test: p ${chance}).`
  );
}

function requireWhole(evaluation: Evaluation): void {
  const { correct, total, accuracy, predictions, trainingJobName } = evaluation;
  const right = predictions.filter(isCorrect).length;
  if (
    total > 0 &&
    predictions.length === total &&
    new Set(predictions.map(({ key }) => key)).size === total &&
    right === correct &&
    accuracy === correct / total
  ) {
    return;
  }
  throw new UnprovenError(
    `The evaluation of ${trainingJobName} is not whole: ${correct} correct of ${total}, accuracy ${accuracy}, ` +
      `${right} of ${predictions.length} predictions right. Evaluate it again.`,
  );
}

/**
 * The fewest of `total` that reach the share, in integers: 0.94 of 200 is 188, whatever the
 * floating-point product says.
 */
export function requiredCorrect(share: number, total: number): number {
  const { numerator, scale } = decimal(share);
  return Number((numerator * BigInt(total) + scale - 1n) / scale);
}

/** The most of `total` that stay within the share, in integers. */
export function allowedFewer(share: number, total: number): number {
  const { numerator, scale } = decimal(share);
  return Number((numerator * BigInt(total)) / scale);
}

/** A number from 0 to 1 as it was written: the shortest decimal that is it, as a fraction. */
function decimal(share: number): { readonly numerator: bigint; readonly scale: bigint } {
  const written = share.toLocaleString("en-US", { maximumFractionDigits: 20 });
  const [whole = "", fraction = ""] = written.split(".");
  return { numerator: BigInt(whole + fraction), scale: 10n ** BigInt(fraction.length) };
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}
