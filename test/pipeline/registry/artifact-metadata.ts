import type { Context } from "../../../pipeline/context.ts";
import { modelArtifact } from "../../../pipeline/training/model-artifact.ts";

/** What evaluate-model writes into a package of an artifact, for a package that a test makes itself. */
export async function artifactMetadata(
  context: Context,
  modelDataUrl: string,
): Promise<Record<string, string>> {
  const { etag, bytes } = await modelArtifact(context, modelDataUrl);
  return { modelETag: etag, modelBytes: String(bytes) };
}
