import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Classifier, loadClassifier } from "../local/algorithm/classifier.ts";
import { parseHyperparameters } from "../local/algorithm/hyperparameters.ts";
import { readRecipe } from "../local/algorithm/recipe.ts";
import { type Sample, trainClassifier } from "../local/algorithm/training.ts";
import type { Config, Override } from "../pipeline/config.ts";

/** Leaves the pictures of anything else out, whatever the configuration says. */
export const vehiclesOnly: Override = {
  path: ["dataset", "background", "count"],
  value: 0,
  from: "the bench",
};

/** Trains the local image classification on some pictures, in `seconds`, and lets it be used. */
export async function withClassifier<T>(
  samples: readonly Sample[],
  config: Config,
  use: (classifier: Classifier, seconds: number) => Promise<T>,
): Promise<T> {
  const recipe = readRecipe(
    parseHyperparameters({
      ...config.training.hyperparameters,
      num_classes: String(config.dataset.classes.length),
      num_training_samples: String(samples.length),
    }),
  );
  const folder = await mkdtemp(join(tmpdir(), "scones-classifier-"));
  try {
    const started = performance.now();
    await trainClassifier(folder, samples, [], recipe);
    const seconds = (performance.now() - started) / 1000;
    const classifier = await loadClassifier(folder);
    try {
      return await use(classifier, seconds);
    } finally {
      await classifier.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
