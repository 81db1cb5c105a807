import { afterAll, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Sample } from "../../../local/algorithm/training.ts";
import { encodeRecord } from "../../../pipeline/dataset/recordio.ts";
import { asPng, drawSamples } from "./samples.ts";

const script = join(import.meta.dirname, "../../../local/algorithm/train.ts");
const folder = await mkdtemp(join(tmpdir(), "scones-train-"));
afterAll(() => rm(folder, { recursive: true }));

const hyperparameters = {
  num_classes: "2",
  num_training_samples: "32",
  use_pretrained_model: "1",
  epochs: "2",
  mini_batch_size: "8",
  learning_rate: "0.001",
};
const recordIo = { ContentType: "application/x-recordio" };

interface Job {
  readonly hyperparameters?: object;
  readonly channels?: object;
  readonly train?: Buffer;
}

async function records(samples: readonly Sample[]): Promise<Buffer> {
  const pictures = await Promise.all(samples.map(asPng));
  return Buffer.concat(
    pictures.map((image, id) => encodeRecord({ label: samples[id]?.label ?? 0, id, image })),
  );
}

/** Lays a job out as SageMaker lays out /opt/ml and gives its folder. */
async function layOut(name: string, job: Job = {}): Promise<string> {
  const root = join(folder, name);
  const channels = job.channels ?? { train: recordIo, validation: recordIo };
  for (const below of ["config", "data/train", "data/validation"]) {
    await mkdir(join(root, "input", below), { recursive: true });
  }
  const config = join(root, "input/config");
  await writeFile(
    join(config, "hyperparameters.json"),
    JSON.stringify(job.hyperparameters ?? hyperparameters),
  );
  await writeFile(join(config, "inputdataconfig.json"), JSON.stringify(channels));
  const train = job.train ?? (await records(drawSamples(32, 2, 1)));
  await writeFile(join(root, "input/data/train/train.rec"), train);
  const validation = await records(drawSamples(8, 2, 2));
  await writeFile(join(root, "input/data/validation/validation.rec"), validation);
  return root;
}

async function run(root: string) {
  const child = spawn(process.execPath, [script, root], { stdio: ["ignore", "pipe", "pipe"] });
  const [output, , [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  const failure = await readFile(join(root, "output/failure"), "utf8").catch(() => undefined);
  return { code: Number(code), output, failure };
}

test("a job writes a model and prints its metrics as MXNet's container does", async () => {
  const root = await layOut("good", { hyperparameters: { ...hyperparameters, num_layers: "18" } });
  const { code, output, failure } = await run(root);
  expect(failure).toBeUndefined();
  expect(code).toBe(0);
  expect(await readdir(join(root, "model"))).toEqual(["model.json", "network.onnx", "weights.bin"]);
  expect(output).toMatch(/^Of no effect in the local algorithm: num_layers$/m);
  for (const epoch of [0, 1]) {
    for (const metric of ["Train-accuracy", "Train-cross-entropy", "Validation-accuracy"]) {
      expect(output).toMatch(new RegExp(`^Epoch\\[${epoch}\\] ${metric}=\\d+\\.\\d+$`, "m"));
    }
    expect(output).toMatch(new RegExp(`^Epoch\\[${epoch}\\] Validation-cross-entropy=`, "m"));
  }
});

test.each([
  [
    "an unknown hyperparameter",
    { hyperparameters: { ...hyperparameters, epoch: "2" } },
    "ClientError: Additional hyperparameters are not allowed ('epoch' was unexpected)",
  ],
  [
    "a missing channel",
    { channels: { train: recordIo } },
    "ClientError: Unable to initialize the algorithm. Failed to validate input data configuration.",
  ],
  [
    "another content type",
    { channels: { train: { ContentType: "text/csv" }, validation: recordIo } },
    "ClientError: The channel train has the content type 'text/csv'",
  ],
  [
    "a file that is no RecordIO",
    { train: Buffer.from("not records at all") },
    "ClientError: Not an image RecordIO file: at byte 0",
  ],
  ["an empty channel", { train: Buffer.alloc(0) }, "holds no pictures"],
  [
    "a record that is no picture",
    { train: encodeRecord({ label: 0, id: 7, image: Buffer.from("hello, world") }) },
    "ClientError: Record 7 of train.rec is not a picture that can be decoded",
  ],
  [
    "a label out of range",
    { train: encodeRecord({ label: 2, id: 3, image: Buffer.from("any") }) },
    "ClientError: Record 3 of train.rec has the label 2, but num_classes is 2",
  ],
])("%s fails the job with its reason in output/failure", async (name, job, reason) => {
  const { code, failure } = await run(await layOut(name.replaceAll(" ", "-"), job));
  expect(code).toBe(1);
  expect(failure).toContain(reason);
});

test("SIGTERM stops it at once", async () => {
  const root = await layOut("long", { hyperparameters: { ...hyperparameters, epochs: "500" } });
  const child = spawn(process.execPath, [script, root], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const chunk of child.stdout) if (String(chunk).includes("Epoch[0]")) break;
  const asked = performance.now();
  child.kill("SIGTERM");
  const [, signal] = await once(child, "exit");
  expect(signal).toBe("SIGTERM");
  expect(performance.now() - asked).toBeLessThan(3_000);
  await access(join(root, "model/model.json"));
});
