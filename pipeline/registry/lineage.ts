import type { Champion } from "../evaluation/champion.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import type { ModelArtifact } from "../training/model-artifact.ts";
import { fingerprint } from "../names.ts";

/** Where a measured model comes from, and what proves that neither it nor its figures were altered. */
export interface LineageInput {
  readonly evaluation: Evaluation;
  readonly evaluationUri: string;
  /** Of `evaluation.json`, in hex. */
  readonly evaluationSha256: string;
  readonly artifact: ModelArtifact;
  /** Of the dataset's split. */
  readonly seed: number;
  /** Of the code that registers it; undefined where it is of no repository. */
  readonly commit?: string | undefined;
  /** The model that served meanwhile; undefined where none did. */
  readonly champion?: Champion | undefined;
}

/** A model package's `CustomerMetadataProperties`: texts of at most 256 characters. */
export type Lineage = Readonly<Record<string, string>>;

/** What is written into a model package; only its first registration says the commit. */
export function writeLineage(input: LineageInput): Lineage {
  const { evaluation, evaluationUri, evaluationSha256, artifact, seed, commit, champion } = input;
  return {
    trainingJobName: evaluation.trainingJobName,
    commit: commit ?? "unknown",
    datasetHash: evaluation.datasetHash,
    // What AWS takes as a value: a file name may hold more.
    datasetSource: evaluation.datasetSource
      .replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, "_")
      .slice(0, 256),
    classes: classesIdentity(evaluation.classes),
    seed: String(seed),
    accuracy: evaluation.accuracy.toFixed(4),
    correct: String(evaluation.correct),
    total: String(evaluation.total),
    evaluationUri,
    evaluationSha256,
    modelETag: artifact.etag,
    modelBytes: String(artifact.bytes),
    ...(champion && writeChampion(champion)),
  };
}

/** Ten hex digits of the classes in their order: class names need not fit into a package's metadata. */
export function classesIdentity(classes: readonly string[]): string {
  return fingerprint(classes);
}

/** The artifact that was measured; undefined where a package does not say. */
export function artifactOf({ modelETag, modelBytes }: Lineage): ModelArtifact | undefined {
  return modelETag === undefined || modelBytes === undefined
    ? undefined
    : { etag: modelETag, bytes: Number(modelBytes) };
}

function writeChampion(champion: Champion): Lineage {
  if ("notCompared" in champion) {
    return { champion: champion.name, championNotCompared: champion.notCompared };
  }
  const { name, evaluationUri, evaluationSha256, reevaluated } = champion;
  return {
    champion: name,
    championEvaluationUri: evaluationUri,
    championEvaluationSha256: evaluationSha256,
    championReevaluated: String(reevaluated),
  };
}

/** The model that served when the package's model was measured; undefined where none did. */
export function championOf(lineage: Lineage): Champion | undefined {
  const {
    champion: name,
    championNotCompared: notCompared,
    championEvaluationUri: evaluationUri,
    championEvaluationSha256: evaluationSha256,
    championReevaluated: reevaluated,
  } = lineage;
  if (name === undefined) return undefined;
  if (evaluationUri === undefined || evaluationSha256 === undefined) {
    return { name, notCompared: notCompared ?? "no reason given" };
  }
  return { name, evaluationUri, evaluationSha256, reevaluated: reevaluated === "true" };
}
