interface Overrides {
  readonly eventId?: string;
  readonly inferenceTime?: string;
  readonly data?: string;
  readonly encoding?: string;
  readonly inferenceId?: string;
  /** The picture, as it was sent. */
  readonly picture?: Buffer;
  /** When not base64. */
  readonly inputEncoding?: string;
}

/** One line of a data-capture file. */
export function createCapture({
  eventId = "event",
  inferenceTime = "2026-01-02T03:04:05Z",
  data = "[0.9,0.1]",
  encoding = "JSON",
  inferenceId,
  picture = Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
  inputEncoding = "BASE64",
}: Overrides): string {
  return JSON.stringify({
    captureData: {
      endpointInput: {
        observedContentType: "image/png",
        mode: "INPUT",
        data: picture.toString(inputEncoding === "BASE64" ? "base64" : "utf8"),
        encoding: inputEncoding,
      },
      endpointOutput: {
        observedContentType: "application/json",
        mode: "OUTPUT",
        data,
        encoding,
      },
    },
    eventMetadata: { eventId, inferenceTime, inferenceId },
    eventVersion: "0",
  });
}
