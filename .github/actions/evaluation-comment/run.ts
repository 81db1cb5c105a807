import { readFile } from "node:fs/promises";
import * as z from "zod";
import { UsageError } from "../../../pipeline/errors.ts";

const share = z.number().min(0).max(1);
/** JSON has no NaN: a measure that is not defined is null. */
const measure = z.number().nullable();

const schema = z.object({
  schemaVersion: z.literal(1),
  seconds: z.number(),
  error: z.string().optional(),
  dataset: z
    .object({ source: z.string(), hash: z.string(), insteadOf: z.string().optional() })
    .optional(),
  evaluation: z
    .object({
      correct: z.int(),
      total: z.int(),
      accuracy: share,
      interval: z.tuple([z.number(), z.number()]),
      confusionMatrix: z.array(z.array(z.int())),
      perClass: z.array(z.object({ name: z.string(), precision: measure, recall: measure })),
      auc: measure,
      logLoss: measure,
      calibrationError: measure,
    })
    .optional(),
  gate: z.object({ approved: z.boolean(), line: z.string() }).optional(),
  verification: z.object({ latencyMs: z.object({ p50: z.number(), p95: z.number() }) }).optional(),
});

/** What the comment shows of a run's document, whose format is report/run-document.ts. */
export type Run = z.infer<typeof schema>;

/**
 * Reads the document of a run.
 * @returns undefined where the file does not exist.
 * @throws UsageError where it is no document of a run, or one of another version.
 */
export async function readRun(file: string): Promise<Run | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new UsageError(`${file} is no document of a run: ${why}`, { cause });
  }
}

/** Whether both runs measured on the same pictures. */
export function isComparable(run: Run, main: Run): boolean {
  return run.dataset !== undefined && run.dataset.hash === main.dataset?.hash;
}

/** Whether a change closes the gate that is open on main, on the same pictures. */
export function closesGate(run: Run, main: Run | undefined): boolean {
  if (main === undefined || !isComparable(run, main)) return false;
  return main.gate?.approved === true && run.gate?.approved === false;
}
