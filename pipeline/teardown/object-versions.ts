import { ListMultipartUploadsCommand, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import type { Context } from "../context.ts";

/** One version of an object, or a delete marker. */
export interface ObjectVersion {
  readonly key: string;
  /** Absent in a bucket that has no versions. */
  readonly versionId: string | undefined;
  /** Bytes; none of a delete marker. */
  readonly size: number;
  /** Whether it is what a reader of the key gets. */
  readonly current: boolean;
}

/** Every version and delete marker under a prefix, a page of at most a thousand at a time, in S3's order. */
export async function* objectVersions(
  { clients, signal }: Context,
  bucket: string,
  prefix: string,
): AsyncGenerator<ObjectVersion[]> {
  const scope = { Bucket: bucket, Prefix: prefix };
  let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined;
  do {
    const page = await clients.s3.send(new ListObjectVersionsCommand({ ...scope, ...from }), {
      abortSignal: signal,
    });
    const versions = (page.Versions ?? []).map(({ Key = "", VersionId, Size = 0, IsLatest }) => ({
      key: Key,
      versionId: VersionId,
      size: Size,
      current: IsLatest !== false,
    }));
    const markers = (page.DeleteMarkers ?? []).map(({ Key = "", VersionId }) => ({
      key: Key,
      versionId: VersionId,
      size: 0,
      current: false,
    }));
    yield [...versions, ...markers];
    from =
      page.IsTruncated === true
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
  } while (from !== undefined);
}

/** A multipart upload that was begun and neither completed nor aborted; its parts are billed. */
interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
}

/** The unfinished uploads under a prefix, a page at a time. */
export async function* unfinishedUploads(
  { clients, signal }: Context,
  bucket: string,
  prefix: string,
): AsyncGenerator<UnfinishedUpload[]> {
  const scope = { Bucket: bucket, Prefix: prefix };
  let from: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined;
  do {
    const page = await clients.s3.send(new ListMultipartUploadsCommand({ ...scope, ...from }), {
      abortSignal: signal,
    });
    yield (page.Uploads ?? []).map(({ Key = "", UploadId = "" }) => ({
      key: Key,
      uploadId: UploadId,
    }));
    from =
      page.IsTruncated === true
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : undefined;
  } while (from !== undefined);
}
