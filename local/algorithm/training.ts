import { random, shuffle } from "../../pipeline/dataset/random.ts";
import { UsageError } from "../../pipeline/errors.ts";
import { augment } from "./augmentation.ts";
import { calibrate } from "./calibrate.ts";
import { type Checkpoint, readCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { loadClassifier, saveModel, type ModelCard } from "./classifier.ts";
import { loadFineTuner, type FineTuner } from "./fine-tuner.ts";
import { logits, softmax, unpackHead, type Head } from "./head.ts";
import { FEATURES, loadNetwork } from "./network.ts";
import { fold, pretrained } from "./pretrained.ts";
import type { Recipe } from "./recipe.ts";

/** A decoded picture (SIDE x SIDE RGB bytes) and its class, from 0. */
export interface Sample {
  readonly picture: Uint8Array;
  readonly label: number;
}

/** How a model does on samples: share of right ones, mean log loss in nats. */
interface Score {
  readonly accuracy: number;
  readonly crossEntropy: number;
}

export interface Epoch {
  /** From 0. */
  readonly epoch: number;
  /** Over the changed pictures, while the weights move. */
  readonly train: Score;
  /** Absent where there is nothing to validate on. */
  readonly validation?: Score;
  readonly seconds: number;
}

/** SageMaker's algorithm has no seed hyperparameter: the same job gives the same model. */
const SEED = 1;

interface TrainingOptions {
  /** Told of each epoch, when its model and checkpoint are saved. */
  readonly report?: (epoch: Epoch) => void;
  /** A folder with an interrupted training's checkpoint, or for one; without it none is kept. */
  readonly checkpoints?: string | undefined;
}

/**
 * Fine-tunes the pre-trained network on `train` and writes the model into `folder`, which holds a whole one
 * after each epoch. `validation` measures the epochs and sets the model's temperature; it decides nothing
 * else. The same samples in the same order give the same bytes, interrupted and resumed or not.
 */
export async function trainClassifier(
  folder: string,
  train: readonly Sample[],
  validation: readonly Sample[],
  recipe: Recipe,
  { report = () => {}, checkpoints }: TrainingOptions = {},
): Promise<void> {
  const { frozen, trained, statistics } = await pretrained();
  const headSize = (FEATURES + 1) * recipe.classes;
  const weights = new Float32Array(trained.length + headSize);
  weights.set(trained);
  const begun: Checkpoint = {
    epochs: 0,
    draws: 0,
    weights,
    momentum: new Float32Array(weights.length),
    statistics,
  };
  const {
    epochs: done,
    draws,
    ...found
  } = (checkpoints && (await readCheckpoint(checkpoints, begun))) || begun;
  let state: State = found;
  const next = counted(random(SEED), draws);
  const tuner = await loadFineTuner();
  try {
    for (let epoch = done; epoch < recipe.epochs; epoch++) {
      const started = performance.now();
      const passed = await trainEpoch(tuner, state, train, recipe, epoch, next);
      state = passed.state;
      const layers = state.weights.subarray(0, -headSize);
      const network = fold({ frozen, trained: layers, statistics: state.statistics });
      const head = unpackHead(state.weights.subarray(-headSize), recipe.classes);
      const card = { head, training: recipe.describe };
      await saveModel(folder, network, card);
      const last = epoch === recipe.epochs - 1;
      const checked = last
        ? await finish(folder, network, card, validation)
        : await check(folder, head, validation);
      const seconds = (performance.now() - started) / 1000;
      // The last epoch leaves the model; a checkpoint of it would leave nothing to do, and no model.
      if (checkpoints !== undefined && !last) {
        await saveCheckpoint(checkpoints, { epochs: epoch + 1, draws: next.draws(), ...state });
      }
      report({ epoch, train: passed.score, ...checked, seconds });
    }
  } finally {
    await tuner.close();
  }
}

/** Numbers drawn by lot, from the one behind the first `draws` on, which knows how many were drawn. */
function counted(next: () => number, draws: number): { (): number; draws(): number } {
  for (let drawn = 0; drawn < draws; drawn++) next();
  let count = draws;
  const draw = () => {
    count += 1;
    return next();
  };
  return Object.assign(draw, { draws: () => count });
}

type State = Omit<Checkpoint, "epochs" | "draws">;

/** One pass over the samples in a new order; those that fill no whole batch wait for the next pass. */
async function trainEpoch(
  tuner: FineTuner,
  start: State,
  samples: readonly Sample[],
  { batch, augmentation, learningRate, momentum, weightDecay }: Recipe,
  epoch: number,
  next: () => number,
): Promise<{ state: State; score: Score }> {
  const order = shuffle(samples, next);
  const steps = Math.max(1, Math.floor(order.length / batch));
  let state = start;
  let right = 0;
  let loss = 0;
  let seen = 0;
  for (let step = 0; step < steps; step++) {
    const chosen = order.slice(step * batch, (step + 1) * batch);
    const output = await tuner.step({
      ...state,
      pictures: chosen.map(({ picture }) => augment(picture, augmentation, next)),
      labels: chosen.map(({ label }) => label),
      learningRate: learningRate(epoch + step / steps),
      momentumShare: momentum,
      weightDecay,
    });
    if (!Number.isFinite(output.loss)) {
      throw new UsageError(
        `The training diverged in epoch ${epoch}: its loss is ${output.loss}. Lower learning_rate.`,
      );
    }
    const { right: hits, loss: mean, ...moved } = output;
    state = moved;
    right += hits;
    loss += mean * chosen.length;
    seen += chosen.length;
  }
  return { state, score: { accuracy: right / seen, crossEntropy: loss / seen } };
}

/** How the saved network does on the validation samples: without mirror images, in half the time. */
async function check(
  folder: string,
  head: Head,
  validation: readonly Sample[],
): Promise<{ validation?: Score }> {
  if (validation.length === 0) return {};
  const network = await loadNetwork(folder);
  const rows = await network.features(validation.map(({ picture }) => picture));
  await network.close();
  return { validation: score(head, rows, validation) };
}

/** Saves the model once more, its temperature set by the validation samples, and says how it does on them. */
async function finish(
  folder: string,
  weights: Float32Array,
  { head, training }: ModelCard,
  validation: readonly Sample[],
): Promise<{ validation?: Score }> {
  if (validation.length === 0) return {};
  const classifier = await loadClassifier(folder);
  const rows = await classifier.features(validation.map(({ picture }) => picture));
  await classifier.close();
  const labels = validation.map(({ label }) => label);
  const calibrated = calibrate(head, rows, labels);
  await saveModel(folder, weights, { head: calibrated, training });
  return { validation: score(calibrated, rows, validation) };
}

function score(head: Head, rows: readonly Float32Array[], samples: readonly Sample[]): Score {
  const answers = rows.map((row) => softmax(logits(head, row)));
  const right = answers.filter((p, i) => p.indexOf(Math.max(...p)) === samples[i]?.label);
  const losses = answers.map((p, i) => -Math.log(Math.max(p[samples[i]?.label ?? 0] ?? 0, 1e-15)));
  return {
    accuracy: right.length / rows.length,
    crossEntropy: losses.reduce((sum, loss) => sum + loss, 0) / rows.length,
  };
}
