import pMap from "p-map";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import type { Prediction } from "./evaluation.ts";
import type { Manifest } from "../dataset/manifest.ts";
import { parseProbabilities } from "./probabilities.ts";
import { listObjects, readText } from "../s3.ts";

/**
 * The predictions that a batch transform over a dataset's `test/` left under `prefix`, one for each
 * `.out` object of a test picture. Whether every picture has one is for `evaluate` to say.
 * @throws StepError where an answer is not a list of probabilities.
 */
export async function readPredictions(
  { clients, signal }: Context,
  manifest: Pick<Manifest, "test">,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): Promise<Prediction[]> {
  const pictures = new Map(manifest.test.map((each) => [each.key.replace(/^test\//, ""), each]));
  const found: { output: string; picture: Manifest["test"][number] }[] = [];
  for await (const { key } of listObjects(clients.s3, bucket, prefix, { signal })) {
    const picture = pictureOf(key.slice(prefix.length), pictures);
    if (picture !== undefined) found.push({ output: key, picture });
  }
  return await pMap(
    found,
    async ({ output, picture }) => {
      const text = await readText(clients.s3, bucket, output, signal);
      const probabilities = parseProbabilities(text ?? "");
      if (probabilities === undefined) {
        throw new StepError(
          `s3://${bucket}/${output} is no list of probabilities: "${text?.slice(0, 80)}". ` +
            "The model's container answers in another form than image-classification does.",
        );
      }
      return { ...picture, probabilities };
    },
    { concurrency: 16, signal },
  );
}

/**
 * The picture of an output, `bicycle_1.png.out`; SageMaker can put folders of the input's prefix in
 * front, so the longest tail that names a picture counts.
 */
function pictureOf<T>(output: string, pictures: ReadonlyMap<string, T>): T | undefined {
  if (!output.endsWith(".out")) return undefined;
  const segments = output.slice(0, -".out".length).split("/");
  const tails = segments.map((_, index) => segments.slice(index).join("/"));
  const tail = tails.find((each) => pictures.has(each));
  return tail === undefined ? undefined : pictures.get(tail);
}
