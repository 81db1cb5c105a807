import * as z from "zod";
import { expected, fits, HYPERPARAMETERS } from "./hyperparameters.ts";
import { tuning } from "./tuning-schema.ts";

/** What the file does not say; null leaves one to the container's own default. */
const DEFAULTS = {
  use_pretrained_model: 1,
  num_layers: 18,
  image_shape: "3,224,224",
  resize: 256,
  epochs: 24,
  mini_batch_size: 16,
  learning_rate: 0.001,
  momentum: 0.9,
  augmentation_type: "crop_color_transform",
};

/** `training` of pipeline.yaml. */
export const training = z.strictObject({
  instanceTypes: z
    .array(z.string().startsWith("ml."))
    .min(1)
    .default(["ml.g4dn.xlarge", "ml.g5.xlarge"]),
  instanceCount: z.int().min(1).default(1),
  volumeSizeInGB: z.int().min(1).default(30),
  spot: z.boolean().default(true),
  maxRuntimeMinutes: z.int().min(1).default(60),
  maxWaitMinutes: z.int().min(1).default(120),
  hyperparameters: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .default(DEFAULTS)
    .transform((written, context) => {
      const given = Object.entries({ ...DEFAULTS, ...written }).flatMap(([key, value]) =>
        value === null ? [] : [[key, hyperparameter(key, value)] as const],
      );
      for (const [key, value] of given) {
        const message = complaint(key, value);
        if (message !== undefined) context.addIssue({ code: "custom", path: [key], message });
      }
      return Object.fromEntries(given);
    }),
  tuning: tuning.optional(),
});

/**
 * Hyperparameters travel as strings; true and false are the container's 1 and 0, but of early_stopping:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
 */
function hyperparameter(key: string, value: string | number | boolean): string {
  if (typeof value !== "boolean") return String(value);
  if (key === "early_stopping") return value ? "True" : "False";
  return value ? "1" : "0";
}

/** What is wrong with a value, before a job is paid for it; names that nobody knows the container refuses. */
function complaint(key: string, value: string): string | undefined {
  const rule = Object.hasOwn(HYPERPARAMETERS, key) ? HYPERPARAMETERS[key] : undefined;
  if (rule === undefined || fits(rule, value)) return undefined;
  return `is "${value}" and must be ${expected(rule)}`;
}
