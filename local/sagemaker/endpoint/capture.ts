import { randomUUID } from "node:crypto";
import type { DataCaptureConfig } from "@aws-sdk/client-sagemaker";
import type { S3Client } from "@aws-sdk/client-s3";
import { writeObject } from "../objects.ts";
import { parseS3Uri } from "../../../pipeline/s3.ts";
import type { Valid } from "../valid.ts";

const flushAfterMs = 500;

/** One side of an invocation: its bytes and their content type. */
interface Payload {
  readonly contentType: string;
  readonly body: Uint8Array;
}

interface Invocation {
  readonly input: Payload;
  readonly output: Payload;
  readonly inferenceId?: string | undefined;
  readonly customAttributes?: string | undefined;
}

/**
 * Writes what an endpoint's variant was asked and answered, as SageMaker's data capture does, to
 * `<DestinationS3Uri>/<endpoint>/<variant>/yyyy/mm/dd/hh/mm-ss-ms-uuid.jsonl`: half a second's
 * records share a file.
 */
export class Capture {
  readonly #s3: S3Client;
  readonly #config: Valid<DataCaptureConfig>;
  readonly #folder: string;
  #lines: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(s3: S3Client, config: Valid<DataCaptureConfig>, endpoint: string, variant: string) {
    this.#s3 = s3;
    this.#config = config;
    this.#folder = `${config.DestinationS3Uri.replace(/\/+$/, "")}/${endpoint}/${variant}`;
  }

  /** Takes down an invocation, where capture is on and the sample has it. */
  record(invocation: Invocation): void {
    const { EnableCapture = false, InitialSamplingPercentage } = this.#config;
    if (!EnableCapture || Math.random() * 100 >= InitialSamplingPercentage) return;
    this.#lines.push(JSON.stringify(this.#recordOf(invocation)));
    this.#timer ??= setTimeout(() => void this.flush(), flushAfterMs);
  }

  /** Writes what is not written yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) {
      const { bucket, key } = parseS3Uri(`${this.#folder}/${fileName(new Date())}`);
      // A record lost does not fail the invocation, on AWS neither.
      const written = writeObject(this.#s3, { bucket, key }, `${lines.join("\n")}\n`).catch(
        (error: unknown) => console.error(`data capture to ${this.#folder} failed:`, error),
      );
      this.#writing = Promise.all([this.#writing, written]).then(() => undefined);
    }
    await this.#writing;
  }

  #recordOf({ input, output, inferenceId, customAttributes }: Invocation) {
    const modes = new Set(this.#config.CaptureOptions.map(({ CaptureMode }) => CaptureMode));
    const both = modes.has("InputAndOutput");
    return {
      captureData: {
        ...((both || modes.has("Input")) && { endpointInput: this.#side(input, "INPUT") }),
        ...((both || modes.has("Output")) && { endpointOutput: this.#side(output, "OUTPUT") }),
      },
      eventMetadata: {
        eventId: randomUUID(),
        ...(customAttributes !== undefined && { customAttributes: [customAttributes] }),
        ...(inferenceId !== undefined && { inferenceId }),
        inferenceTime: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
      },
      eventVersion: "0",
    };
  }

  #side({ contentType, body }: Payload, mode: "INPUT" | "OUTPUT") {
    const { CsvContentTypes = [], JsonContentTypes = [] } =
      this.#config.CaptureContentTypeHeader ?? {};
    const plainType = contentType.split(";")[0]?.trim() ?? "";
    const encoding = JsonContentTypes.includes(plainType)
      ? "JSON"
      : CsvContentTypes.includes(plainType)
        ? "CSV"
        : "BASE64";
    const data = Buffer.from(body).toString(encoding === "BASE64" ? "base64" : "utf8");
    return { observedContentType: contentType, mode, data, encoding };
  }
}

function fileName(time: Date): string {
  const [day = "", clock = ""] = time.toISOString().split("T");
  const [hour, minute, second, milliseconds] = clock.split(/[:.Z]/);
  const name = [minute, second, milliseconds, randomUUID()].join("-");
  return `${day.replaceAll("-", "/")}/${hour}/${name}.jsonl`;
}
