import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, StepError, UsageError } from "../../pipeline/errors.ts";
import { readImages, readRecords } from "./channel.ts";
import { parseHyperparameters } from "./hyperparameters.ts";
import { readRecipe, withoutEffect } from "./recipe.ts";
import { trainClassifier, type Epoch, type Sample } from "./training.ts";

/**
 * The training container's contract under a folder that stands for /opt/ml: reads input/, writes model/,
 * and on an error the reason into output/failure. Ends with exit code 0 or 1.
 */
async function main(root: string): Promise<void> {
  const started = performance.now();
  const given = await readJson(join(root, "input/config/hyperparameters.json"));
  const hyperparameters = parseHyperparameters(given);
  const channels = await readJson(join(root, "input/config/inputdataconfig.json"));
  const recipe = readRecipe(hyperparameters);
  const idle = withoutEffect(Object.keys(given));
  if (idle.length > 0) console.log(`Of no effect in the local algorithm: ${idle.join(", ")}`);
  const train = await readChannel(root, "train", channels, recipe.classes);
  const validation = await readChannel(root, "validation", channels, recipe.classes);
  console.log(`Training on ${train.length} pictures, validating on ${validation.length}`);
  const model = join(root, "model");
  await mkdir(model, { recursive: true });
  const checkpoints = await folderOf(root, "checkpoints");
  await trainClassifier(model, train, validation, recipe, { report: printEpoch, checkpoints });
  console.log(`Training took ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** A sub-folder that SageMaker made; undefined where it made none. */
async function folderOf(root: string, name: string): Promise<string | undefined> {
  const folder = join(root, name);
  return await access(folder).then(
    () => folder,
    () => undefined,
  );
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(await readFile(file, "utf8"));
  if (typeof parsed === "object" && parsed !== null) return { ...parsed };
  throw new UsageError(`${file} holds no JSON object.`);
}

type Channels = Readonly<Record<string, unknown>>;

async function readChannel(
  root: string,
  name: string,
  channels: Channels,
  classes: number,
): Promise<Sample[]> {
  const folder = join(root, "input/data", name);
  const type = contentType(channels, name);
  if (type === "application/x-recordio") return await readRecords(folder, classes);
  if (type === "application/x-image") {
    contentType(channels, `${name}_lst`);
    return await readImages(folder, `${folder}_lst`, classes);
  }
  throw new UsageError(
    `The channel ${name} has the content type '${type}': stage it as application/x-recordio or application/x-image.`,
  );
}

function contentType(channels: Channels, name: string): string {
  const channel = channels[name];
  if (typeof channel === "object" && channel !== null) {
    return "ContentType" in channel ? String(channel.ContentType) : "application/x-recordio";
  }
  throw new UsageError(
    `Unable to initialize the algorithm. Failed to validate input data configuration. (caused by ValidationError)\n\nCaused by: '${name}' is a required property`,
  );
}

/** Prints an epoch as the MXNet container does, for the metric definitions to find. */
function printEpoch({ epoch, train, validation, seconds }: Epoch): void {
  console.log(`Epoch[${epoch}] Train-accuracy=${train.accuracy.toFixed(6)}`);
  console.log(`Epoch[${epoch}] Train-cross-entropy=${train.crossEntropy.toFixed(6)}`);
  console.log(`Epoch[${epoch}] Time cost=${seconds.toFixed(3)}`);
  if (validation === undefined) return;
  console.log(`Epoch[${epoch}] Validation-accuracy=${validation.accuracy.toFixed(6)}`);
  console.log(`Epoch[${epoch}] Validation-cross-entropy=${validation.crossEntropy.toFixed(6)}`);
}

const [root] = process.argv.slice(2);
if (root === undefined) {
  console.error("usage: node local/algorithm/train.ts <folder that stands for /opt/ml>");
  process.exitCode = 2;
} else {
  try {
    await main(root);
  } catch (error) {
    const expected = error instanceof UsageError || error instanceof StepError;
    const message = messageOf(error);
    const reason = `${expected ? "ClientError" : "AlgorithmError"}: ${message}`;
    console.error(expected ? reason : error);
    await mkdir(join(root, "output"), { recursive: true });
    await writeFile(join(root, "output/failure"), reason);
    process.exitCode = 1;
  }
}
