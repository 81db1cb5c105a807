import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LocalAws, startLocalAws } from "../../local/aws.ts";
import { encodePng } from "../../pipeline/dataset/png.ts";
import { type ActionRun, runAction, type RunOptions } from "./run-action.ts";

type Given = Readonly<Record<string, string | number | boolean>>;

/** A workspace with a configuration and pictures, beside a local AWS that knows them by their colour. */
export interface Stand extends AsyncDisposable {
  readonly aws: LocalAws;
  readonly workspace: string;
  /** Runs an action there; `bucket` and, where it has one, `execution-role-arn` are given already. */
  run(step: string, inputs: Given, options?: RunOptions): Promise<ActionRun>;
}

const FAST = "{ act: learn }";
const withRole = new Set(["train-model", "evaluate-model"]);

/**
 * Red pictures are bicycles, dark ones motorcycles, green ones anything else. Of the folder `clear` every
 * test picture is right, of `mixed`, which has nothing else, 18 of 20.
 */
export async function openStand(): Promise<Stand> {
  await using stack = new AsyncDisposableStack();
  const workspace = await mkdtemp(join(tmpdir(), "scones-workspace-"));
  stack.defer(() => rm(workspace, { recursive: true, force: true }));
  await writePictures(join(workspace, "clear"), 0);
  await writeStrangers(join(workspace, "clear"));
  await writePictures(join(workspace, "mixed"), 1);
  await writeFile(
    join(workspace, "pipeline.yaml"),
    `environment: from-file
dataset: { source: clear }
training: { instanceTypes: [ml.g5.xlarge], hyperparameters: ${FAST} }
monitoring: { minRecords: 5 }
`,
  );
  const aws = stack.use(
    await startLocalAws({
      region: "us-east-1",
      log: () => undefined,
      signal: new AbortController().signal,
      algorithmDir: fileURLToPath(new URL("colour-algorithm", import.meta.url)),
    }),
  );
  const started = stack.move();
  return {
    aws,
    workspace,
    run: (step, inputs, { environment, ...options } = {}) =>
      runAction(
        step,
        {
          bucket: aws.bucket,
          ...(withRole.has(step) ? { "execution-role-arn": aws.executionRoleArn } : {}),
          ...inputs,
        },
        { workspace, environment: { ...aws.environment, ...environment }, ...options },
      ),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Under `train` and `test` ten pictures a class, of which `wrong` have the other class's colour. */
async function writePictures(folder: string, wrong: number): Promise<void> {
  const shades = { bicycle: 250, motorcycle: 5 };
  for (const split of ["train", "test"]) {
    for (const [vehicle, shade] of Object.entries(shades)) {
      await mkdir(join(folder, split, vehicle), { recursive: true });
      for (let number = 0; number < 10; number++) {
        const red = number < wrong ? 255 - shade : shade;
        const pixels = new Uint8Array(8 * 8 * 3).fill(red);
        pixels[pixels.length - 1] = number; // no two pictures alike
        await writeFile(join(folder, split, vehicle, `${number}.png`), encodePng(pixels, 8, 8));
      }
    }
  }
}

/** Under `train` and `test` ten pictures of anything else. */
async function writeStrangers(folder: string): Promise<void> {
  for (const split of ["train", "test"]) {
    await mkdir(join(folder, split, "background"));
    for (let number = 0; number < 10; number++) {
      const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => (at % 3 === 1 ? 255 : 0));
      pixels[pixels.length - 1] = number; // no two pictures alike
      await writeFile(join(folder, split, "background", `${number}.png`), encodePng(pixels, 8, 8));
    }
  }
}
