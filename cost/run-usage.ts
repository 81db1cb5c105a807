import { readFile } from "node:fs/promises";
import * as z from "zod";
import { messageOf, UsageError } from "../pipeline/errors.ts";
import type { Usage } from "../pipeline/prices/costs.ts";

/** What is read of a run's document, which report/run-document.ts describes. */
const document = z.object({
  schemaVersion: z.literal(1),
  dataset: z.object({ test: z.int().nonnegative() }).optional(),
  steps: z.array(z.object({ name: z.string(), seconds: z.number(), outcome: z.string() })),
  tuning: z.object({ trials: z.array(z.object({ seconds: z.number() })) }).optional(),
});

/**
 * What a run took, of the file that `npm run local -- --json` writes: its steps by the clock of the machine that it ran
 * on, or the average of a search's training jobs. A step that did not end says nothing.
 * @throws UsageError where the file is none.
 */
export async function usageOfRun(file: string): Promise<Partial<Usage>> {
  const run = await read(file);
  const minutes = (name: string) => {
    const step = run.steps.find((each) => each.name === name && each.outcome === "done");
    return step && step.seconds / 60;
  };
  const trials = run.tuning?.trials ?? [];
  const training =
    trials.length === 0
      ? minutes("train-model")
      : trials.reduce((sum, { seconds }) => sum + seconds, 0) / trials.length / 60;
  const evaluation = minutes("evaluate-model");
  return {
    ...(training !== undefined && { trainingMinutes: training }),
    ...(evaluation !== undefined && { evaluationMinutes: evaluation }),
    ...(run.dataset !== undefined && { testPictures: run.dataset.test }),
  };
}

async function read(file: string): Promise<z.output<typeof document>> {
  try {
    return document.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new UsageError(
      `${file} is no run's document, as npm run local -- --json writes it: ${why}`,
    );
  }
}
