import * as z from "zod";
import { TUNING_NAME_LENGTH } from "../names.ts";

const scalings = ["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"] as const;

/** What of a tuning job's name is not project and environment. */
const hashLength = "--0123456789-10".length;

interface Range {
  readonly min: number;
  readonly max: number;
  readonly scaling: (typeof scalings)[number];
}

function checkRange({ min, max, scaling }: Range, context: z.core.$RefinementCtx): void {
  const complaints = [
    min >= max && "min must be less than max",
    scaling === "Logarithmic" && min <= 0 && "Logarithmic scaling needs a min above 0",
    scaling === "ReverseLogarithmic" &&
      max >= 1 &&
      "ReverseLogarithmic scaling needs a max below 1",
  ];
  for (const message of complaints) {
    if (message !== false) context.addIssue({ code: "custom", path: ["scaling"], message });
  }
}

const share = z
  .strictObject({
    min: z.number().min(0).max(1),
    max: z.number().min(0).max(1),
    scaling: z.enum(scalings).default("Auto"),
  })
  .superRefine(checkRange)
  .optional();

/** The hyperparameters that can be tuned: https://docs.aws.amazon.com/sagemaker/latest/dg/IC-tuning.html */
const ranges = z
  .strictObject({
    learning_rate: share,
    momentum: share,
    weight_decay: share,
    mini_batch_size: z
      .strictObject({
        min: z.int().min(1),
        max: z.int().min(1),
        scaling: z.enum(["Auto", "Linear", "Logarithmic"]).default("Auto"),
      })
      .superRefine(checkRange)
      .optional(),
    optimizer: z
      .strictObject({ values: z.array(z.enum(["sgd", "adam", "rmsprop", "nag"])).min(1) })
      .optional(),
    beta_1: share,
    beta_2: share,
    eps: share,
    gamma: share,
  })
  .refine((found) => Object.keys(found).length > 0, "needs at least one hyperparameter to search");

/**
 * `training.tuning`. The numbers of jobs are AWS's default quotas:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html
 */
export const tuning = z
  .strictObject({
    strategy: z.enum(["Bayesian", "Random"]).default("Bayesian"),
    maxJobs: z.int().min(1).max(750, "AWS runs at most 750 training jobs a tuning job").default(9),
    maxParallelJobs: z.int().min(1).max(10, "AWS runs at most 10 of them at once").default(3),
    ranges,
  })
  .superRefine(({ maxJobs, maxParallelJobs }, context) => {
    if (maxParallelJobs <= maxJobs) return;
    const message = `must not be greater than maxJobs, ${maxJobs}`;
    context.addIssue({ code: "custom", path: ["maxParallelJobs"], message });
  });

export type Tuning = z.output<typeof tuning>;

/** Why a project and environment can't name a tuning job; undefined where they can. */
export function nameComplaint(project: string, environment: string): string | undefined {
  const room = TUNING_NAME_LENGTH - hashLength;
  const length = project.length + environment.length;
  if (length <= room) return undefined;
  return (
    `a tuning job's name has at most ${TUNING_NAME_LENGTH} characters, which leaves ${room} for project and ` +
    `environment together; "${project}" and "${environment}" have ${length}`
  );
}
