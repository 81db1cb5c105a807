import { randomUUID } from "node:crypto";
import pMap from "p-map";
import { random } from "../../../pipeline/dataset/random.ts";
import type { Service } from "../service.ts";
import { launchTrainingJob } from "../training/training-jobs.ts";
import type { TuningJob } from "./tuning-job.ts";
import { drawHyperparameters } from "./tuning-sampling.ts";

/**
 * Launches a tuning job's training jobs, as many at once as it may, and ends it when they are over.
 * Never rejects: a failure is the job's status. Bayesian and Random are both a seeded random search.
 */
export async function runTuningJob(service: Service, job: TuningJob): Promise<void> {
  const { HyperParameterTuningJobName: name, HyperParameterTuningJobConfig: config } = job.request;
  const { MaxNumberOfTrainingJobs, MaxParallelTrainingJobs } = config.ResourceLimits;
  const next = random(config.RandomSeed ?? 0);
  const drawn = Array.from({ length: MaxNumberOfTrainingJobs }, () =>
    drawHyperparameters(config.ParameterRanges, next),
  );
  const launch = async (tuned: Record<string, string>, index: number) => {
    if (job.status !== "InProgress" || service.closing.aborted) return;
    const number = String(index + 1).padStart(3, "0");
    const trial = launchTrainingJob(
      service,
      {
        ...job.training,
        TrainingJobName: `${name}-${number}-${randomUUID().slice(0, 8)}`,
        HyperParameters: { ...job.training.HyperParameters, ...tuned },
      },
      job.arn,
    );
    job.trials.push({ job: trial.job, tuned });
    await trial.ended;
    job.modified = new Date();
  };
  await pMap(drawn, launch, { concurrency: MaxParallelTrainingJobs });
  if (job.status === "Stopping" || service.closing.aborted) job.move("Stopped");
  else if (job.trials.some((trial) => trial.job.status === "Completed")) job.move("Completed");
  else job.move("Failed", allFailed);
}

const allFailed =
  "All training jobs failed. Please take a look at the training jobs failures to get more details.";
