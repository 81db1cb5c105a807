import type { Config } from "./config.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Which run made a thing. */
export const RUN_TAG = "scones:run";

/** The tags of everything that the pipeline makes; teardown deletes by the first two. */
export function tags(config: Pick<Config, "project" | "environment">, run?: string): Tag[] {
  return [
    { Key: "scones:project", Value: config.project },
    { Key: "scones:environment", Value: config.environment },
    ...(run === undefined ? [] : [{ Key: RUN_TAG, Value: run }]),
  ];
}
