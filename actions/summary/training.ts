import type { TrainedModel } from "../../pipeline/training/trained-model.ts";
import { duration, percent } from "../../report/format.ts";
import { blocks, code, escape, facts, type Link, linkLine, table } from "./markdown.ts";
import { trainingCurve } from "./training-curve.ts";
import { trialsTable } from "./trials.ts";

interface TrainingFacts {
  readonly model: TrainedModel;
  readonly spot: boolean;
  /** As `costLine` says it. */
  readonly cost?: string | undefined;
  readonly links?: readonly Link[];
}

/** What was trained, how long and for how much, and how the accuracy grew. */
export function trainingSummary({ model, spot, cost, links = [] }: TrainingFacts): string {
  const { trainingSeconds, billableSeconds, metrics, adopted } = model;
  const curve = trainingCurve(model.history);
  const measured = Object.entries(metrics).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return blocks(
    "## Training",
    facts([
      ["job", code(model.trainingJobName)],
      ["made by", adopted ? "an earlier run: the same data, code and hyperparameters" : "this run"],
      ["instance", `${instances(model)} (${spot ? "spot" : "on demand"})`],
      ["trained", duration(trainingSeconds)],
      ["billed", duration(billableSeconds)],
      ["interrupted", interrupted(model)],
      ["saved by spot", spot ? saving(trainingSeconds, billableSeconds) : undefined],
      ["cost", cost === undefined ? undefined : escape(cost)],
      ["model", code(model.modelDataUrl)],
    ]),
    ...(model.tuning === undefined ? [] : [trialsTable(model.tuning)]),
    ...(curve === "" ? [] : [curve]),
    ...(measured.length === 0
      ? []
      : [
          table(
            [{ title: "metric" }, { title: "last value", align: "right" }],
            measured.map(([name, value]) => [code(name), value.toFixed(4)]),
          ),
        ]),
    ...linkLine(links),
  );
}

function instances({ instanceCount, instanceType }: TrainedModel): string {
  return instanceCount === 1 ? code(instanceType) : `${instanceCount} x ${code(instanceType)}`;
}

/** The training jobs of a tuning job keep no checkpoints. */
function interrupted({ interruptions: times, tuning }: TrainedModel): string | undefined {
  if (times === 0) return undefined;
  const next = tuning === undefined ? "resumed from the last checkpoint" : "begun anew";
  return `${times === 1 ? "once" : `${times} times`}, each time ${next}`;
}

/** AWS's formula: DescribeTrainingJob, BillableTimeInSeconds. */
function saving(trained: number, billed: number): string | undefined {
  return trained > 0 ? percent(1 - billed / trained, 0) : undefined;
}
