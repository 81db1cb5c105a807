/** What SerializeImage, ClassifyImage and FilterInferences hand from one to the next. */
export interface PictureEvent {
  /** Base64; empty before the picture is read from S3 and after it is classified. */
  readonly image_data: string;
  /** Empty, as the key is, where the picture came as `image_data`. */
  readonly s3_bucket: string;
  readonly s3_key: string;
  /** One probability a class, in the order of the classes; empty before the picture is classified. */
  readonly inferences: readonly number[];
  /** Stands with the inference in the endpoint's data capture; InvokeEndpoint's InferenceId. */
  readonly inference_id?: string;
}

/** What is refused: an event between the functions, or what a caller asked for. */
export type Refusal = "EVENT_REFUSED" | "PICTURE_REFUSED" | "PICTURE_TOO_LARGE";

/**
 * An event or a picture that is refused for what it is: trying again can't help. The message begins
 * with the code, since not every Lambda runtime says which class was thrown.
 */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(reason: string, code: Refusal = "EVENT_REFUSED", options?: ErrorOptions) {
    super(`${code}: ${reason}`, options);
  }
}

/** Reads an event. @throws Refused naming the field that is missing or of another type. */
export function parseEvent(event: unknown): PictureEvent {
  if (event === null || typeof event !== "object") {
    throw new Refused("the event is not an object with s3_bucket and s3_key");
  }
  const { image_data = "", s3_bucket, s3_key, ...rest } = event as Record<string, unknown>;
  const { inferences = [], inference_id } = rest;
  if (typeof image_data !== "string") throw new Refused("image_data is not a string");
  if (typeof s3_bucket !== "string") throw new Refused("s3_bucket is missing");
  if (typeof s3_key !== "string") throw new Refused("s3_key is missing");
  const picture = { image_data, s3_bucket, s3_key, inferences: requireProbabilities(inferences) };
  if (inference_id === undefined) return picture;
  if (typeof inference_id !== "string" || !/^[\x20-\x7e]{1,64}$/.test(inference_id)) {
    throw new Refused("inference_id is not 1 to 64 ASCII characters");
  }
  return { ...picture, inference_id };
}

/** @throws Refused where it is not a list of numbers from 0 to 1. */
export function requireProbabilities(value: unknown): readonly number[] {
  if (!Array.isArray(value) || !value.every(isProbability)) {
    throw new Refused("inferences are not a list of probabilities");
  }
  return value;
}

function isProbability(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}
