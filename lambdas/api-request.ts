import type { PictureEvent } from "./event.ts";
import { Refused } from "./event.ts";
import { decodeBase64, MAX_PICTURE_BYTES, readHeader } from "./picture.ts";

/** What the function reads of an HTTP API's event, payload format 2.0. */
export interface ApiEvent {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly requestId: string };
}

/** Where the pictures lie that `s3_key` may name. */
interface PictureLocation {
  readonly bucket: string;
  readonly prefixes: readonly string[];
}

/** S3's own limit. */
const MAX_KEY_BYTES = 1024;

/** A request that is no request to classify: not JSON, a wrong field, none or both of the two. */
export class InvalidRequest extends Error {
  override readonly name = "InvalidRequest";
}

/**
 * The state machine's input for a request. All that can be seen from here is checked, so that what is
 * refused costs nothing; its id stands with the inference in the endpoint's data capture.
 * @throws InvalidRequest
 * @throws Refused for a picture that is none or too large, or a key outside the allowed prefixes.
 */
export function parseRequest(event: ApiEvent, { bucket, prefixes }: PictureLocation): PictureEvent {
  const { image_data, s3_key, ...unknown } = readJson(event);
  const [field] = Object.keys(unknown);
  if (field !== undefined) throw new InvalidRequest(`${field} is not a field of the request`);
  if ((image_data === undefined) === (s3_key === undefined)) {
    throw new InvalidRequest("give either image_data or s3_key");
  }
  const input = { inferences: [], inference_id: event.requestContext.requestId };
  if (image_data !== undefined) {
    if (typeof image_data !== "string") throw new InvalidRequest("image_data is not a string");
    // The encoding's length tells the picture's without decoding it.
    if (image_data.length > Math.ceil(MAX_PICTURE_BYTES / 3) * 4) {
      throw new Refused(
        `image_data holds at most ${MAX_PICTURE_BYTES} bytes of picture: upload a larger one to ${places(bucket, prefixes)} and send its s3_key`,
        "PICTURE_TOO_LARGE",
      );
    }
    readHeader(decodeBase64(image_data));
    return { image_data, s3_bucket: "", s3_key: "", ...input };
  }
  if (typeof s3_key !== "string" || !isKey(s3_key)) {
    throw new InvalidRequest(`s3_key is not the key of a picture: 1 to ${MAX_KEY_BYTES} bytes`);
  }
  if (!prefixes.some((prefix) => s3_key.startsWith(prefix))) {
    throw new Refused(`${s3_key} is outside ${places(bucket, prefixes)}`, "PICTURE_REFUSED");
  }
  return { image_data: "", s3_bucket: bucket, s3_key, ...input };
}

/** A surrogate without its other half is no UTF-8, which a key is. */
function isKey(text: string): boolean {
  return text !== "" && text.isWellFormed() && Buffer.byteLength(text) <= MAX_KEY_BYTES;
}

function readJson({ body = "", isBase64Encoded }: ApiEvent): Record<string, unknown> {
  try {
    const text = isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // The same answer as to JSON of another kind.
  }
  throw new InvalidRequest("the body is not a JSON object with image_data or s3_key");
}

function places(bucket: string, prefixes: readonly string[]): string {
  return prefixes.map((prefix) => `s3://${bucket}/${prefix}`).join(" or ");
}
