import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
} from "@aws-sdk/client-s3";
import type { Context } from "./context.ts";
import { StepError } from "./errors.ts";

/**
 * Deletes every object under a prefix with all its versions and delete markers, a thousand a
 * request, and aborts unfinished uploads. Returns how many objects, versions and markers went.
 */
export async function emptyPrefix(
  { clients, progress }: Context,
  bucket: string,
  prefix: string,
): Promise<number> {
  const scope = { Bucket: bucket, Prefix: prefix };
  let gone = 0;
  // What was listed is deleted, so the first page is always the next one.
  for (;;) {
    const page = await clients.s3.send(new ListObjectVersionsCommand(scope));
    const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    if (found.length === 0) break;
    const { Errors = [] } = await clients.s3.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Quiet: true, Objects: found.map(({ Key, VersionId }) => ({ Key, VersionId })) },
      }),
    );
    const [first] = Errors;
    if (first !== undefined) {
      throw new StepError(
        `${Errors.length} objects under s3://${bucket}/${prefix} were not deleted, the first ${first.Key}: ` +
          `${first.Code} ${first.Message}. Run the step again.`,
      );
    }
    gone += found.length;
    progress.count(gone, gone, "objects deleted");
  }
  for (;;) {
    const { Uploads = [] } = await clients.s3.send(new ListMultipartUploadsCommand(scope));
    if (Uploads.length === 0) return gone;
    for (const { Key, UploadId } of Uploads) {
      await clients.s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    }
  }
}
