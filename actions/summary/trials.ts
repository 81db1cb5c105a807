import type { TunedTraining } from "../../pipeline/training/trained-model.ts";
import { duration, shortened } from "../../report/format.ts";
import { code, escape, table } from "./markdown.ts";

/** On training instances, of all training jobs of a tuning job. */
export function secondsOf({ trials }: Pick<TunedTraining, "trials">): number {
  return trials.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** What a tuning job tried, the best first: values, objective, and what became of each training job. */
export function trialsTable({ tuningJobName, strategy, trials }: TunedTraining): string {
  const names = [...new Set(trials.flatMap(({ hyperparameters }) => Object.keys(hyperparameters)))];
  return [
    `Tuned by ${code(tuningJobName)}: ${trials.length} training jobs, ${escape(strategy)} search, ` +
      `${duration(secondsOf({ trials }))} on instances together before any spot saving. Best first:`,
    table(
      [
        { title: "training job" },
        ...names.map((title) => ({ title: code(title), align: "right" as const })),
        { title: "validation:accuracy", align: "right" },
        { title: "status" },
      ],
      trials.map(({ trainingJobName, hyperparameters, objective, status }) => [
        code(trainingJobName),
        ...names.map((name) => escape(shortened(hyperparameters[name] ?? ""))),
        objective?.toFixed(4) ?? "",
        escape(status),
      ]),
    ),
  ].join("\n\n");
}
