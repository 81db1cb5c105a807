import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  type DeleteObjectsCommandOutput,
} from "@aws-sdk/client-s3";
import pMap from "p-map";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import { objectVersions, type ObjectVersion, unfinishedUploads } from "./object-versions.ts";

/** Requests in flight, each of up to a thousand versions. */
const REQUESTS = 4;
/** Looks through the prefix, of which the last finds nothing; more than that is somebody who goes on writing. */
const LOOKS = 20;
/** What S3 answers of single objects of a request where it is at its limit; the SDK retries whole requests only. */
const PASSING = new Set(["InternalError", "ServiceUnavailable", "SlowDown", "RequestTimeout"]);

/**
 * Deletes every object under a prefix with all its versions and delete markers, a thousand a
 * request, and aborts unfinished uploads, until there is nothing more; what `spared` says of a version
 * stays. Returns how many versions, markers and uploads went.
 * @throws StepError where S3 refuses some of them, after it has deleted the others, or where there is
 * always more.
 */
export async function emptyPrefix(
  context: Context,
  bucket: string,
  prefix: string,
  spared: (version: ObjectVersion) => boolean = () => false,
): Promise<number> {
  let gone = 0;
  const count = (more: number) => {
    gone += more;
    context.progress.count(gone, gone, "objects deleted");
  };
  // What arrives while the pages are deleted stands in the next look.
  for (let look = 1; (await deleteOnce(context, { bucket, prefix, spared, count })) > 0; look++) {
    if (look < LOOKS) continue;
    throw new StepError(
      `s3://${bucket}/${prefix} is not empty after ${LOOKS} looks, though ${gone} objects were deleted: somebody goes ` +
        "on writing there, or S3 is at its limit. Stop what writes, then run the step again.",
    );
  }
  const { clients, signal } = context;
  for await (const page of unfinishedUploads(context, bucket, prefix)) {
    await pMap(
      page,
      async ({ key, uploadId }) => {
        const upload = { Bucket: bucket, Key: key, UploadId: uploadId };
        await clients.s3.send(new AbortMultipartUploadCommand(upload), { abortSignal: signal });
        gone += 1;
      },
      { concurrency: REQUESTS },
    );
  }
  return gone;
}

interface Sweep {
  readonly bucket: string;
  readonly prefix: string;
  readonly spared: (version: ObjectVersion) => boolean;
  readonly count: (more: number) => void;
}

/** Deletes what one look through the prefix finds, and says how many that were. */
async function deleteOnce(
  context: Context,
  { bucket, prefix, spared, count }: Sweep,
): Promise<number> {
  const { clients, signal } = context;
  const refused: NonNullable<DeleteObjectsCommandOutput["Errors"]> = [];
  const sizes = await pMap(
    objectVersions(context, bucket, prefix),
    async (page) => {
      const Objects = page
        .filter((version) => !spared(version))
        .map(({ key, versionId }) => ({ Key: key, VersionId: versionId }));
      if (Objects.length === 0) return 0;
      const { Errors = [] } = await clients.s3.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Quiet: true, Objects } }),
        { abortSignal: signal },
      );
      refused.push(...Errors.filter(({ Code = "" }) => !PASSING.has(Code)));
      count(Objects.length - Errors.length);
      return Objects.length;
    },
    { concurrency: REQUESTS },
  );
  const [first] = refused;
  if (first === undefined) return sizes.reduce((total, size) => total + size, 0);
  throw new StepError(
    `${refused.length} objects under s3://${bucket}/${prefix} were not deleted, the first ${first.Key}: ` +
      `${first.Code} ${first.Message}. Run the step again.`,
  );
}
