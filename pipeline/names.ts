import { createHash } from "node:crypto";

interface Scope {
  readonly project: string;
  readonly environment: string;
}

/** The first ten hex digits of the SHA-256 of a value's JSON, keys sorted: the same for the same value. */
export function fingerprint(value: unknown): string {
  return createHash("sha256").update(stableJson(value)).digest("hex").slice(0, 10);
}

function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** The most that SageMaker takes as a name. */
const NAME_LENGTH = 63;
/** The most that it takes as a tuning job's. */
export const TUNING_NAME_LENGTH = 32;
/** How often a job that failed may be made again under the next name. */
export const ATTEMPTS = 10;

/** A job's name at its attempts from 1: the name itself, then with `-2`, `-3`, ... behind it. */
export function attemptName(base: string, attempt: number, length = NAME_LENGTH): string {
  const suffix = attempt === 1 ? "" : `-${attempt}`;
  return base.slice(0, length - suffix.length) + suffix;
}

/**
 * Every name that the pipeline gives. They follow from the configuration and from what a thing is
 * made of, so that a rerun finds what an earlier run made.
 */
export const names = {
  endpoint: ({ project, environment }: Scope) => `${project}-${environment}`,
  modelPackageGroup: ({ project, environment }: Scope) => `${project}-${environment}`,
  stack: ({ project, environment }: Scope) => `${project}-${environment}-application`,
  studioStack: ({ project, environment }: Scope) => `${project}-${environment}-studio`,
  trainingJob: ({ project, environment }: Scope, specification: unknown) =>
    `${project}-${environment}-${fingerprint(specification)}`,
  /** At most 29 characters, which the configuration sees to. */
  tuningJob: ({ project, environment }: Scope, specification: unknown) =>
    `${project}-${environment}-${fingerprint(specification)}`,
  transformJob: (trainingJobName: string, datasetHash: string) =>
    `${trainingJobName}-${datasetHash.slice(0, 10)}`,
  endpointConfig: ({ project, environment }: Scope, specification: unknown) =>
    `${project}-${environment}-${fingerprint(specification)}`,
  /** One of each of Model Monitor's types, `data-quality` or `model-quality`. */
  monitoringSchedule: ({ project, environment }: Scope, type: string) =>
    `${project}-${environment}-${type}`,
  monitoringJobDefinition: (scope: Scope, type: string, specification: unknown) =>
    `${names.monitoringSchedule(scope, type)}-${fingerprint(specification)}`,
};

/** Keys under the artifact bucket, one environment apart from the other. */
export const keys = {
  /** Beside what callers upload, the only place where the application reads pictures. */
  datasets: ({ project, environment }: Scope) => `${project}/${environment}/datasets/`,
  dataset: (scope: Scope, hash: string) => `${keys.datasets(scope)}${hash}/`,
  training: ({ project, environment }: Scope) => `${project}/${environment}/training/`,
  checkpoints: ({ project, environment }: Scope, hash: string) =>
    `${project}/${environment}/checkpoints/${hash}/`,
  evaluations: ({ project, environment }: Scope) => `${project}/${environment}/evaluations/`,
  evaluation: (scope: Scope, transformJobName: string) =>
    `${keys.evaluations(scope)}${transformJobName}/`,
  watchedTraining: (scope: Scope, trainingJobName: string) =>
    `${keys.evaluations(scope)}${trainingJobName}/training.json`,
  /**
   * Of all models. The bootstrap template's rule deletes what is there after 90 days: it knows prefixes
   * without wildcards, so the environment stands behind.
   */
  captures: ({ project, environment }: Scope) => `${project}/captures/${environment}/`,
  /** A model's own: captures don't say which model answered, and in an update two serve at once. */
  capture: ({ project, environment }: Scope, modelName: string) =>
    `${keys.captures({ project, environment })}${modelName}/`,
  monitoring: ({ project, environment }: Scope) => `${project}/${environment}/monitoring/`,
  groundTruth: ({ project, environment }: Scope) => `${project}/${environment}/ground-truth/`,
  /** Captures that were labelled, which outlive the others. */
  labelled: ({ project, environment }: Scope) => `${project}/${environment}/labelled/`,
  fleet: ({ project, environment }: Scope) => `${project}/${environment}/fleet/`,
  code: ({ project, environment }: Scope) => `${project}/${environment}/code/`,
  /**
   * What callers of the API put there is deleted after a day, as captures are after 90.
   */
  uploads: ({ project, environment }: Scope) => `${project}/uploads/${environment}/`,
  environment: ({ project, environment }: Scope) => `${project}/${environment}/`,
  /** Under which everything lies that is the environment's. */
  owned: (scope: Scope) => [keys.environment(scope), keys.captures(scope), keys.uploads(scope)],
  /** Outside of every environment's prefix, since no environment's name begins with a dot. */
  lease: ({ project, environment }: Scope) => `${project}/.leases/${environment}.json`,
  /** What people said of captured pictures, and these: nobody can make that again. */
  labels: (scope: Scope) => [keys.groundTruth(scope), keys.labelled(scope)],
  /** What was measured: small, and the history of the models. */
  reports: (scope: Scope) => [keys.evaluations(scope), keys.monitoring(scope)],
};
