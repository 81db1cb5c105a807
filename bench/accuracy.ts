import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { decodePicture } from "../local/algorithm/picture.ts";
import type { Sample } from "../local/algorithm/training.ts";
import { loadConfig, type Config } from "../pipeline/config.ts";
import { openDataset } from "../pipeline/dataset/open.ts";
import { random, shuffle } from "../pipeline/dataset/random.ts";
import { vehiclesOnly, withClassifier } from "./trained-classifier.ts";
import { wholeNumber } from "./whole-number.ts";

export const usage = `usage: npm run bench -- accuracy [--dataset NAME] [--shuffles 3] [--folds 5]
                                 [--config pipeline.yaml] [--json FILE]

Cross-validates the local image classification on the training pictures of a data set, with the
hyperparameters of the configuration and the code of a training job: stratified folds, each shuffle
in another order. A fold's model sees nothing of the fold, and nothing is chosen by it. The test
pictures are not read.`;

/** Prints each fold, then mean and range over the shuffles as JSON. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      dataset: { type: "string", default: process.env["SCONES_DATASET"] ?? "cifar-100" },
      shuffles: { type: "string", default: "3" },
      folds: { type: "string", default: "5" },
      config: { type: "string", default: "pipeline.yaml" },
      json: { type: "string" },
    },
  });
  const folds = wholeNumber("folds", values.folds, 2);
  const shuffles = wholeNumber("shuffles", values.shuffles);
  const config = await loadConfig(values.config, [vehiclesOnly]);
  const samples = await trainingSamples(values.dataset, config);
  const started = performance.now();
  const accuracies: number[] = [];
  let seconds = 0;
  for (let seed = 1; seed <= shuffles; seed++) {
    let right = 0;
    for (const [k, held] of stratify(samples, folds, seed).entries()) {
      const result = await measure(samples, held, config);
      right += result.right;
      seconds += result.seconds;
      console.log(
        `shuffle ${seed}, fold ${k + 1}: ${result.right}/${held.size} right, trained in ${result.seconds.toFixed(1)} s`,
      );
    }
    accuracies.push(right / samples.length);
    console.log(`shuffle ${seed}: ${percent(right / samples.length)}`);
  }
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
  const result = {
    dataset: values.dataset,
    pictures: samples.length,
    folds,
    mean,
    range: [Math.min(...accuracies), Math.max(...accuracies)],
    accuracies,
    secondsPerTraining: seconds / (folds * accuracies.length),
    seconds: (performance.now() - started) / 1000,
    hyperparameters: config.training.hyperparameters,
  };
  console.log(`${folds}-fold cross-validation, ${accuracies.length} shuffles: ${percent(mean)}`);
  console.log(JSON.stringify(result));
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(result, null, 2));
}

async function trainingSamples(name: string, config: Config): Promise<Sample[]> {
  const { signal } = new AbortController();
  const progress = { line: console.log, count: () => {} };
  const source = await openDataset(name, config, { progress, signal });
  const samples: Sample[] = [];
  for await (const { split, label, png } of source.pictures()) {
    if (split === "train") samples.push({ label, picture: await decodePicture(await png()) });
  }
  return samples;
}

/** The samples in as many sets as there are folds, each class spread evenly over them. */
function stratify(samples: readonly Sample[], folds: number, seed: number): Set<Sample>[] {
  const sets = Array.from({ length: folds }, () => new Set<Sample>());
  const order = shuffle(samples, random(seed)).toSorted((a, b) => a.label - b.label);
  for (const [i, sample] of order.entries()) sets[i % folds]?.add(sample);
  return sets;
}

async function measure(samples: readonly Sample[], held: ReadonlySet<Sample>, config: Config) {
  const train = samples.filter((sample) => !held.has(sample));
  return await withClassifier(train, config, async (classifier, seconds) => {
    const predictions = await classifier.predict([...held].map(({ picture }) => picture));
    const labels = [...held].map(({ label }) => label);
    const right = predictions.filter((p, i) => p.indexOf(Math.max(...p)) === labels[i]).length;
    return { right, seconds };
  });
}

const percent = (share: number) => `${(100 * share).toFixed(2)}%`;
