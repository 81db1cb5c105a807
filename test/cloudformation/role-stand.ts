import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LocalAws, startLocalAws } from "../../local/aws.ts";
import type { Decision } from "../../local/iam.ts";
import { type Config, parseConfig } from "../../pipeline/config.ts";
import type { Context } from "../../pipeline/context.ts";
import { openDataset } from "../../pipeline/dataset/open.ts";
import type { Dataset } from "../../pipeline/dataset/manifest.ts";
import { encodePng } from "../../pipeline/dataset/png.ts";
import { stageData } from "../../pipeline/steps/stage-data.ts";

export const config = configOf("act: learn");

/** The configuration of a training that ends only when it is stopped. */
export const endless = configOf("act: hang");

/** Hyperparameters are searched for, by one training job. */
export const tuning = configOf("act: learn", search());

/** A search that ends only when it is stopped. */
export const endlessTuning = configOf("act: hang", search());

/** A local AWS over an algorithm that is done at once, and pictures that it tells apart by their colour. */
export interface RoleStand extends AsyncDisposable {
  readonly aws: LocalAws;
  readonly context: Context;
  stage(): Promise<Dataset>;
  decisions(): Promise<Decision[]>;
}

export async function openRoleStand(template?: string): Promise<RoleStand> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "scones-roles-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const decisions = join(folder, "decisions.jsonl");
  const { signal } = new AbortController();
  const aws = stack.use(
    await startLocalAws({
      region: config.region,
      log: () => undefined,
      signal,
      decisions,
      interruptions: { "ml.g4dn.xlarge": 1 },
      algorithmDir: fileURLToPath(new URL("../actions/colour-algorithm", import.meta.url)),
      ...(template !== undefined && { template }),
    }),
  );
  const context = { clients: aws.clients, progress: silent, signal };
  const open = stack.move();
  return {
    aws,
    context,
    async stage() {
      const pictures = await writePictures(join(folder, "pictures"));
      const source = await openDataset(pictures, config, context);
      return stageData(context, config, { source, bucket: aws.bucket });
    },
    async decisions() {
      const lines = (await readFile(decisions, "utf8")).trim().split("\n");
      return lines.map((line) => JSON.parse(line) as Decision);
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** A configuration with these hyperparameters, which say what the algorithm does. */
export function configOf(hyperparameters: string, more = "", monitoring = ""): Config {
  return parseConfig(
    `environment: test\ntraining: { ${more}hyperparameters: { ${hyperparameters} } }\nmonitoring: { ${monitoring} }`,
  );
}

function search(): string {
  const ranges = "{ momentum: { min: 0, max: 1 } }";
  return `tuning: { maxJobs: 1, maxParallelJobs: 1, ranges: ${ranges} }, `;
}

const silent = { line: () => undefined, count: () => undefined };

/** Sixty pictures a class; one in five of them of a colour that leaves the model unsure. */
async function writePictures(folder: string): Promise<string> {
  for (const [vehicle, reds] of [
    ["bicycle", [254, 178]],
    ["motorcycle", [1, 76]],
  ] as const) {
    await mkdir(join(folder, vehicle), { recursive: true });
    for (let index = 0; index < 60; index++) {
      const red = index % 5 === 0 ? reds[1] : reds[0];
      const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) =>
        at % 3 === 0 ? red : at === 4 ? index : 0,
      );
      await writeFile(join(folder, vehicle, `${index}.png`), encodePng(pixels, 8, 8));
    }
  }
  return folder;
}
