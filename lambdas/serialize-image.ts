import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { setting } from "./environment.ts";
import { parseEvent, Refused, type PictureEvent } from "./event.ts";
import { logged } from "./logged.ts";
import { inspectPicture, MAX_PICTURE_BYTES } from "./picture.ts";

const allowedBucket = setting("PICTURE_BUCKET");
const allowedPrefix = setting("PICTURE_PREFIX");
// An endpoint of one's own has no host name for each bucket.
const s3 = new S3Client({ forcePathStyle: process.env["AWS_ENDPOINT_URL"] !== undefined });

/** Reads the picture from S3 into `image_data`; what is not an allowed, small, sane picture is refused. */
export const handler = logged(
  "serialize-image",
  async (event): Promise<PictureEvent> => {
    const picture = parseEvent(event);
    const { s3_bucket, s3_key } = picture;
    if (s3_bucket !== allowedBucket || !s3_key.startsWith(allowedPrefix)) {
      throw new Refused(
        `s3://${s3_bucket}/${s3_key} is outside s3://${allowedBucket}/${allowedPrefix}`,
      );
    }
    const bytes = await read(s3_bucket, s3_key);
    inspectPicture(bytes);
    return { ...picture, image_data: bytes.toString("base64"), inferences: [] };
  },
  ({ image_data }) => ({ base64Characters: image_data.length }),
);

/** At most one byte more than a picture may have: enough to see that it is too large. */
async function read(bucket: string, key: string): Promise<Buffer> {
  const { Body, ContentRange } = await s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=0-${MAX_PICTURE_BYTES}` }),
  );
  const size = Number(ContentRange?.split("/")[1] ?? 0);
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
  if (size > MAX_PICTURE_BYTES) {
    throw new Refused(
      `s3://${bucket}/${key} has ${size} bytes: at most ${MAX_PICTURE_BYTES} fit the state machine`,
    );
  }
  return bytes;
}
