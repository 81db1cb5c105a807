import type { Config } from "./config.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** The tags of everything that the pipeline makes; teardown deletes by the first two. */
export function tags(config: Pick<Config, "project" | "environment">, run?: string): Tag[] {
  return [
    { Key: "scones:project", Value: config.project },
    { Key: "scones:environment", Value: config.environment },
    ...(run === undefined ? [] : [{ Key: "scones:run", Value: run }]),
  ];
}
