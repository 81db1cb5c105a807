/** @jest-environment ./test/local/algorithm/onnx-environment.ts */
import { afterAll, expect, test } from "@jest/globals";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveCheckpoint } from "../../../local/algorithm/checkpoint.ts";
import { loadClassifier } from "../../../local/algorithm/classifier.ts";
import { parseHyperparameters } from "../../../local/algorithm/hyperparameters.ts";
import { mirror } from "../../../local/algorithm/network.ts";
import { readRecipe } from "../../../local/algorithm/recipe.ts";
import { trainClassifier, type Epoch } from "../../../local/algorithm/training.ts";
import { drawSamples } from "./samples.ts";

const folder = await mkdtemp(join(tmpdir(), "scones-training-"));
afterAll(() => rm(folder, { recursive: true }));

const train = drawSamples(48, 3, 1);
const validation = drawSamples(12, 3, 2);
const recipe = (given: Record<string, string> = {}) =>
  readRecipe(
    parseHyperparameters({
      num_classes: "3",
      num_training_samples: "48",
      use_pretrained_model: "1",
      epochs: "4",
      mini_batch_size: "8",
      learning_rate: "0.001",
      ...given,
    }),
  );
const model = async (name: string) => {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  return path;
};

test("three classes of drawn pictures are learned, and every epoch is reported", async () => {
  const path = await model("three");
  const epochs: Epoch[] = [];
  await trainClassifier(path, train, validation, recipe(), {
    report: (epoch) => epochs.push(epoch),
  });
  expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
  expect(epochs.at(-1)?.validation?.accuracy).toBeGreaterThan(0.9);

  const classifier = await loadClassifier(path);
  const pictures = validation.map(({ picture }) => picture);
  const predictions = await classifier.predict(pictures);
  const right = predictions.filter((p, i) => p.indexOf(Math.max(...p)) === validation[i]?.label);
  expect(right.length).toBeGreaterThan(10);
  for (const p of predictions) expect(p.reduce((a, b) => a + b)).toBeCloseTo(1);
  const mirrored = await classifier.predict(pictures.map(mirror));
  expect(mirrored[0]?.[0]).toBeCloseTo(predictions[0]?.[0] ?? 0, 5);
  await classifier.close();
});

test("the same data and hyperparameters give the same bytes", async () => {
  const short = recipe({ epochs: "1", augmentation_type: "crop_color" });
  const paths = [await model("once"), await model("again")];
  for (const path of paths) await trainClassifier(path, train, validation, short);
  for (const file of ["network.onnx", "weights.bin", "model.json"]) {
    const [once, again] = await Promise.all(paths.map((path) => readFile(join(path, file))));
    expect(once?.equals(again ?? Buffer.alloc(0))).toBe(true);
  }
});

test("an interrupted training resumes at its checkpoint and ends in the same bytes", async () => {
  const brief = recipe({ epochs: "3", augmentation_type: "crop_color" });
  const [through, resumed, checkpoints] = await Promise.all(
    ["through", "resumed", "checkpoints"].map(model),
  );
  const epochs: number[] = [];
  const report = ({ epoch }: Epoch) => {
    epochs.push(epoch);
    if (epochs.length === 1) throw new Error("the instance is taken back");
  };
  await trainClassifier(through ?? "", train, validation, brief);
  const go = () =>
    trainClassifier(resumed ?? "", train, validation, brief, { report, checkpoints });
  await expect(go()).rejects.toThrow("the instance is taken back");
  await go();
  expect(epochs).toEqual([0, 1, 2]);
  for (const file of ["weights.bin", "model.json"]) {
    const [a, b] = await Promise.all(
      [through, resumed].map((path) => readFile(join(path ?? "", file))),
    );
    expect(a?.equals(b ?? Buffer.alloc(0))).toBe(true);
  }
});

test("a checkpoint of another model is refused", async () => {
  const checkpoints = await model("others");
  const vector = new Float32Array(3);
  const vectors = { weights: vector, momentum: vector, statistics: vector };
  await saveCheckpoint(checkpoints, { epochs: 1, draws: 0, ...vectors });
  await expect(
    trainClassifier(await model("mine"), train, [], recipe(), { checkpoints }),
  ).rejects.toThrow("The checkpoint has 9 numbers where this model has");
});

test("a training that diverges says so", async () => {
  const wild = recipe({ learning_rate: "1", momentum: "1", weight_decay: "1", epochs: "9" });
  await expect(trainClassifier(await model("wild"), train, [], wild)).rejects.toThrow(
    /The training diverged in epoch \d: its loss is .* Lower learning_rate\./,
  );
});
