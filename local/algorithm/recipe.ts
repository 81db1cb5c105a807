import { UsageError } from "../../pipeline/errors.ts";
import type { AugmentationType } from "./augmentation.ts";
import type { Hyperparameters } from "./hyperparameters.ts";

/** What the local algorithm makes of SageMaker's hyperparameters. */
export interface Recipe {
  readonly classes: number;
  readonly epochs: number;
  readonly batch: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly augmentation: AugmentationType;
  /** The hyperparameters it was read from, for the model's own record. */
  readonly describe: Hyperparameters;
  /** The length of a step at a point of the training, in epochs from its start. */
  readonly learningRate: (epoch: number) => number;
}

/** Those that decide something here; all others are the real container's alone. */
const USED = new Set([
  "num_classes",
  "num_training_samples",
  "use_pretrained_model",
  "multi_label",
  "optimizer",
  "epochs",
  "mini_batch_size",
  "learning_rate",
  "lr_scheduler_step",
  "lr_scheduler_factor",
  "momentum",
  "weight_decay",
  "augmentation_type",
]);
/** The small backbone takes thirty times the steps of the container's ResNet. */
const RATE_SCALE = 30;
/** Share of the training in which the learning rate rises to its full height. */
const WARM_UP = 0.1;

/**
 * Reads the recipe. Without lr_scheduler_step the learning rate rises for a tenth of the training and then
 * falls to 0 in a line, where the real container keeps it constant.
 * @throws UsageError for what only the real container does.
 */
export function readRecipe(values: Hyperparameters): Recipe {
  refuseOthers(values, "use_pretrained_model", "1", "it only trains further what is pre-trained");
  refuseOthers(values, "multi_label", "0", "a picture has one label here");
  refuseOthers(values, "optimizer", "sgd", "it knows no other optimizer");
  const number = (name: string) => Number(values[name]);
  const epochs = number("epochs");
  const full = RATE_SCALE * number("learning_rate");
  const steps = values["lr_scheduler_step"]?.split(",").map(Number);
  return {
    classes: number("num_classes"),
    epochs,
    batch: number("mini_batch_size"),
    momentum: number("momentum"),
    weightDecay: number("weight_decay"),
    augmentation: values["augmentation_type"] as AugmentationType,
    describe: values,
    learningRate: (epoch) => {
      if (steps !== undefined) {
        const passed = steps.filter((step) => step <= epoch).length;
        return full * number("lr_scheduler_factor") ** passed;
      }
      const done = epoch / epochs;
      return full * Math.min(done / WARM_UP, (1 - done) / (1 - WARM_UP));
    },
  };
}

/** The hyperparameters among these names that the local algorithm accepts and leaves alone. */
export function withoutEffect(names: readonly string[]): string[] {
  return names.filter((name) => !USED.has(name));
}

function refuseOthers(values: Hyperparameters, name: string, wanted: string, reason: string): void {
  if (values[name] === wanted) return;
  throw new UsageError(
    `The local image classification needs ${name}=${wanted}, not ${values[name]}: ${reason}.`,
  );
}
