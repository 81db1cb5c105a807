import { UpdateModelPackageCommand } from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import type { Evaluation } from "../evaluation.ts";
import { isCorrect } from "../metrics.ts";
import { servingModel, type ServingModel } from "../serving-model.ts";

export interface GateDecision {
  readonly approved: boolean;
  /** Test pictures that must be right. */
  readonly required: number;
  readonly correct: number;
  readonly total: number;
  readonly reason: string;
  /** `190/200 = 95.0% (91.0–97.3), needs 188: open`. */
  readonly line: string;
}

export interface GateDeploymentInput {
  readonly evaluation: Evaluation;
  readonly modelPackageArn: string;
}

/**
 * Approves or rejects a model package by its evaluation, and by that of the model which serves, and
 * writes the reason into it. The package of the model that serves is not rejected afterwards by a
 * stricter gate: it could not be deployed again.
 * @throws StepError where the evaluation is not whole.
 */
export async function gateDeployment(
  context: Context,
  config: Pick<Config, "project" | "environment" | "gate">,
  { evaluation, modelPackageArn }: GateDeploymentInput,
): Promise<GateDecision> {
  const { clients, progress, signal } = context;
  const serving = await servingModel(context, config, evaluation);
  const decision = decide(evaluation, config.gate, serving);
  if (!decision.approved && serving?.name === evaluation.trainingJobName) {
    progress.line(`${serving.name} serves: its model package stays as it is`);
    progress.line(decision.line);
    return decision;
  }
  await clients.sagemaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: modelPackageArn,
      ModelApprovalStatus: decision.approved ? "Approved" : "Rejected",
      ApprovalDescription: decision.reason,
    }),
    { abortSignal: signal },
  );
  progress.line(decision.line);
  return decision;
}

/**
 * Whether enough test pictures are right, and not fewer than of the model that serves: whole
 * pictures are compared, never shares.
 * @throws StepError where the evaluation is not whole; the gate then stays closed.
 */
export function decide(
  { correct, total, interval, predictions, trainingJobName }: Evaluation,
  { accuracy }: Config["gate"],
  serving?: ServingModel,
): GateDecision {
  if (
    !Number.isInteger(correct) ||
    !Number.isInteger(total) ||
    total <= 0 ||
    correct < 0 ||
    predictions.length !== total ||
    predictions.filter(isCorrect).length !== correct
  ) {
    throw new StepError(
      `The gate stays closed: the evaluation of ${trainingJobName} is not whole ` +
        `(${correct} correct of ${total}, ${predictions.filter(isCorrect).length} of ${predictions.length} predictions). Evaluate it again.`,
    );
  }
  const atLeast = requiredCorrect(accuracy, total);
  const required = Math.max(atLeast, serving?.correct ?? 0);
  const approved = correct >= required;
  const share = `${correct}/${total} = ${percent(correct / total)}%`;
  const [low, high] = interval.map(percent);
  const short = `${required - correct} short`;
  const because =
    serving !== undefined && required > atLeast ? ` as ${serving.name} has, which serves` : "";
  return {
    approved,
    required,
    correct,
    total,
    reason: approved
      ? `${share} of the test pictures right, at least ${required} needed${because}.`
      : `${share} of the test pictures right, ${short} of ${required}${because}.`,
    line: `${share} (${low}–${high}), needs ${required}: ${approved ? "open" : `closed, ${short}`}`,
  };
}

/**
 * The fewest of `total` that reach the share, in integers: 0.94 of 200 is 188, whatever the
 * floating-point product says.
 */
export function requiredCorrect(share: number, total: number): number {
  const [whole = "", fraction = ""] = String(share).split(".");
  const scale = 10n ** BigInt(fraction.length);
  return Number((BigInt(whole + fraction) * BigInt(total) + scale - 1n) / scale);
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}
