import { UsageError } from "../../pipeline/errors.ts";

/** The stricter gate. @throws UsageError where the input would lower it */
export function raised(configured: number, asked = configured): number {
  if (asked >= configured && asked <= 1) return asked;
  throw new UsageError(
    `Input accuracy: ${asked}: the gate of pipeline.yaml is ${configured}; it can be raised, up to 1, never lowered.`,
  );
}
