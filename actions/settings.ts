import type { Config } from "../pipeline/config.ts";
import { UsageError } from "../pipeline/errors.ts";
import { kebab } from "./inputs.ts";

/**
 * A field that bootstrap.yaml's outputs fill, and that has no default.
 * @throws UsageError where neither the input nor pipeline.yaml names it.
 */
export function setting(
  config: Config,
  name: "bucket" | "executionRoleArn",
  outputOfBootstrap: string,
): string {
  const value = config[name];
  if (value !== undefined) return value;
  throw new UsageError(
    `Neither the input ${kebab(name)} nor pipeline.yaml's ${name} is given. It is the output ` +
      `${outputOfBootstrap} of cloudformation/bootstrap.yaml; docs/aws-setup.md shows the way.`,
  );
}

export const bucketOf = (config: Config): string => setting(config, "bucket", "ArtifactBucket");

export const executionRoleOf = (config: Config): string =>
  setting(config, "executionRoleArn", "ExecutionRoleArn");

/** Minutes as an input has them, in milliseconds. */
export function milliseconds(minutes: number | undefined): number | undefined {
  return minutes === undefined ? undefined : minutes * 60_000;
}
