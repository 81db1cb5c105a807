import { type CheckpointConfig, paginateListTrainingJobs } from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { emptyPrefix } from "../teardown/empty-prefix.ts";
import { StepError } from "../errors.ts";
import { fingerprint, keys } from "../names.ts";
import { parseS3Uri } from "../s3.ts";
import { describeTrainingJob, type TrainingJob } from "./training-job.ts";
import { essenceOf, type TrainingSpecification } from "./training-specification.ts";

/**
 * Where a job on spot keeps its checkpoints: named by what is learned and not by the job, so that the
 * next attempt resumes, on another instance type too. `run` sets a retraining apart.
 */
export function checkpointConfig(
  config: Config,
  specification: TrainingSpecification,
  run?: string,
): CheckpointConfig {
  const { bucket } = parseS3Uri(specification.OutputDataConfig?.S3OutputPath ?? "");
  const hash = fingerprint([essenceOf(specification), run]);
  return { S3Uri: `s3://${bucket}/${keys.checkpoints(config, hash)}` };
}

/**
 * Two jobs that learn the same on other instances or with other times share their checkpoints, which is
 * for one to go on where the other ended, and not for both at once.
 * @throws StepError where another job than `name` runs with these checkpoints.
 */
export async function requireIdle(
  context: Context,
  { project, environment, training }: Config,
  { name, checkpoints }: { readonly name: string; readonly checkpoints: CheckpointConfig },
): Promise<void> {
  if (!training.spot) return;
  const prefix = `${project}-${environment}-`;
  const pages = paginateListTrainingJobs(
    { client: context.clients.sagemaker },
    { NameContains: prefix, StatusEquals: "InProgress" },
  );
  for await (const { TrainingJobSummaries = [] } of pages) {
    for (const { TrainingJobName: other = "" } of TrainingJobSummaries) {
      if (other === name || !other.startsWith(prefix)) continue;
      const job = await describeTrainingJob(context, other);
      if (job?.TrainingJobStatus !== "InProgress") continue;
      if (job.CheckpointConfig?.S3Uri !== checkpoints.S3Uri) continue;
      throw new StepError(
        `Training job ${other} is InProgress and learns the same, on other instances or with other times: ` +
          `a second job would mix its checkpoints with that one's (${checkpoints.S3Uri}). Wait for it with ` +
          "the configuration that it was started with, or stop it, and the next job goes on from there: " +
          `aws sagemaker stop-training-job --training-job-name ${other}`,
      );
    }
  }
}

/** Deletes the checkpoints of a job whose model is there: nobody resumes them, and they cost. */
export async function dropCheckpoints(context: Context, job: TrainingJob): Promise<void> {
  const uri = job.CheckpointConfig?.S3Uri;
  if (uri === undefined) return;
  const { bucket, key } = parseS3Uri(uri);
  await emptyPrefix(context, bucket, key);
}
