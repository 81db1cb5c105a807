import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { setting } from "./environment.ts";
import { parseEvent, Refused, type PictureEvent } from "./event.ts";
import { fitPicture } from "./fit-picture.ts";
import { logged } from "./logged.ts";
import { decodeBase64 } from "./picture.ts";

/** Bytes of a picture in S3 at most; phones write up to about 15 MB. */
const MAX_OBJECT_BYTES = 20_000_000;

const allowedBucket = setting("PICTURE_BUCKET");
const allowedPrefixes = setting("PICTURE_PREFIXES").split(",");
// An endpoint of one's own has no host name for each bucket.
const s3 = new S3Client({ forcePathStyle: process.env["AWS_ENDPOINT_URL"] !== undefined });

/**
 * Brings the picture, the event's own or one from S3, into `image_data` as the endpoint takes it; what
 * is not an allowed, sane picture is refused.
 */
export const handler = logged(
  "serialize-image",
  async (event): Promise<PictureEvent> => {
    const picture = parseEvent(event);
    const { image_data, s3_bucket, s3_key } = picture;
    const bytes = image_data === "" ? await read(s3_bucket, s3_key) : decodeBase64(image_data);
    const fitted = await fitPicture(bytes);
    return { ...picture, image_data: fitted.toString("base64"), inferences: [] };
  },
  ({ image_data }) => ({ base64Characters: image_data.length }),
);

/** At most one byte more than a picture may have: enough to see that it is too large. */
async function read(bucket: string, key: string): Promise<Buffer> {
  if (bucket === "") throw new Refused("s3_bucket is missing", "PICTURE_REFUSED");
  if (key === "") throw new Refused("s3_key is missing", "PICTURE_REFUSED");
  const uri = `s3://${bucket}/${key}`;
  if (bucket !== allowedBucket || !allowedPrefixes.some((prefix) => key.startsWith(prefix))) {
    const allowed = allowedPrefixes.map((prefix) => `s3://${allowedBucket}/${prefix}`);
    throw new Refused(`${uri} is outside ${allowed.join(" and ")}`, "PICTURE_REFUSED");
  }
  const { Body, ContentRange } = await s3
    .send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=0-${MAX_OBJECT_BYTES}` }))
    .catch((cause: Error) => {
      if (cause.name === "NoSuchKey") {
        throw new Refused(`there is no ${uri}`, "PICTURE_REFUSED", { cause });
      }
      if (cause.name === "InvalidRange") {
        throw new Refused(`${uri} is empty`, "PICTURE_REFUSED", { cause });
      }
      throw cause;
    });
  const size = Number(ContentRange?.split("/")[1] ?? 0);
  if (size > MAX_OBJECT_BYTES) {
    throw new Refused(
      `${uri} has ${size} bytes: at most ${MAX_OBJECT_BYTES} are read`,
      "PICTURE_TOO_LARGE",
    );
  }
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}
