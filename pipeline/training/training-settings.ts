import * as z from "zod";
import { tuning } from "./tuning-schema.ts";

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
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({
      use_pretrained_model: 1,
      num_layers: 18,
      image_shape: "3,224,224",
      resize: 256,
      epochs: 24,
      mini_batch_size: 16,
      learning_rate: 0.001,
      momentum: 0.9,
      augmentation_type: "crop_color_transform",
    })
    .transform((entries) =>
      Object.fromEntries(
        Object.entries(entries).map(([key, value]) => [key, hyperparameter(key, value)]),
      ),
    ),
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
