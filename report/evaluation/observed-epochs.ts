import type { TrainingMoment } from "../../pipeline/training/trained-model.ts";

/** Accuracies after an epoch that was seen; `train` where the container said it. */
export interface ObservedEpoch {
  readonly validation: number;
  readonly train: number | undefined;
}

const VALIDATION = "validation:accuracy";
const TRAIN = "train:accuracy";

/** One point for each change: a job is looked at more often than its values change. */
export function observedEpochs(history: readonly TrainingMoment[]): ObservedEpoch[] {
  const points: ObservedEpoch[] = [];
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
