import type { Config } from "../../../pipeline/config.ts";
import { UsageError } from "../../../pipeline/errors.ts";

/** Minutes of a job that waits long: its credentials can't be renewed, and the role's end with it. */
export const JOB_MINUTES = 180;

/** The most minutes that a job of pipeline.yml can wait for these. */
export const ceilings = {
  /** One batch transform, and another of the model that serves. */
  evaluation: 80,
  /** Of an update, after which come its roll-back and the stack. */
  endpoint: 120,
} as const;

/**
 * What pipeline.yml can't honour is refused before anything is paid for: its jobs would end first.
 * @throws UsageError naming each such field.
 */
export function requireWithin({ evaluation, endpoint }: Config, file: string): void {
  const fields = [
    ["evaluation.maxRuntimeMinutes", evaluation.maxRuntimeMinutes, ceilings.evaluation],
    ["endpoint.maxWaitMinutes", endpoint.maxWaitMinutes, ceilings.endpoint],
  ] as const;
  const complaints = fields
    .filter(([, asked, most]) => asked > most)
    .map(
      ([field, asked, most]) =>
        `${file}: ${field}: ${asked}: a job of pipeline.yml lasts ${JOB_MINUTES} minutes, as its credentials do, and has at most ${most} for this.`,
    );
  if (complaints.length > 0) throw new UsageError(complaints.join("\n"));
}
