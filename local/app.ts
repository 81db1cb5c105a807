import { type App, startApp } from "./api/server.ts";
import { chooseSamples } from "./api/samples.ts";
import type { LocalAws } from "./aws.ts";
import { ROOT_CREDENTIALS } from "./ministack.ts";
import type { Config } from "../pipeline/config.ts";
import type { Evaluation } from "../pipeline/evaluation/evaluation.ts";
import type { Dataset } from "../pipeline/dataset/manifest.ts";
import { keys } from "../pipeline/names.ts";

/** What a run has deployed, and from which pictures. */
export interface Deployed {
  readonly apiUrl: string;
  readonly dataset: Dataset;
  readonly evaluation: Pick<Evaluation, "predictions">;
}

/**
 * Serves the page in front of what a run has deployed. It asks the API as the account's root, since no
 * role of the pipeline may, and uploads under the pipeline's.
 */
export function serveApp(
  { bucket, clients, environment }: LocalAws,
  config: Config,
  { apiUrl, dataset, evaluation }: Deployed,
): Promise<App> {
  const { s3 } = clients;
  return startApp({
    api: {
      url: apiUrl,
      endpoint: environment["AWS_ENDPOINT_URL"] ?? "",
      region: config.region,
      keys: ROOT_CREDENTIALS,
    },
    uploads: { s3, bucket, prefix: keys.uploads(config) },
    samples: { s3, bucket: dataset.bucket, pictures: chooseSamples(dataset, evaluation) },
    threshold: config.application.confidence,
  });
}
