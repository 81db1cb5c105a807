import type { S3Client } from "@aws-sdk/client-s3";
import type { Evaluation } from "../../pipeline/evaluation/evaluation.ts";
import { confidence } from "../../pipeline/evaluation/metrics.ts";
import type { Dataset } from "../../pipeline/dataset/manifest.ts";
import { readBytes } from "../../pipeline/s3.ts";

const PER_CLASS = 2;
const UNSURE = 2;

export interface Sample {
  readonly key: string;
  /** What it shows, for those who don't see it. */
  readonly label: string;
}

/** Test pictures in S3. */
export interface Samples {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly pictures: readonly Sample[];
}

/**
 * Of each class the test pictures that the model is surest of, those that it is least sure of, and some of
 * anything else.
 */
export function chooseSamples(
  { prefix, manifest }: { prefix: string; manifest: Pick<Dataset["manifest"], "classes"> },
  { predictions, strangers }: Pick<Evaluation, "predictions" | "strangers">,
): Sample[] {
  const sure = predictions.toSorted((a, b) => confidence(b) - confidence(a));
  const labels = manifest.classes.map((_, label) => label);
  const clear = labels.flatMap((label) =>
    sure.filter((prediction) => prediction.label === label).slice(0, PER_CLASS),
  );
  const unsure = sure.filter((prediction) => !clear.includes(prediction)).slice(-UNSURE);
  const others = strangers?.predictions.slice(0, PER_CLASS) ?? [];
  return [...clear, ...unsure, ...others].map(({ key, label }) => ({
    key: prefix + key,
    label: manifest.classes[label] ?? key,
  }));
}

export function readSample({ s3, bucket }: Samples, { key }: Sample): Promise<Buffer> {
  return readBytes(s3, bucket, key, AbortSignal.timeout(10_000));
}
