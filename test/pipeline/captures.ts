interface Overrides {
  readonly eventId?: string;
  readonly inferenceTime?: string;
  readonly data?: string;
  readonly encoding?: string;
  readonly inferenceId?: string;
}

/** One line of a data-capture file. */
export function createCapture({
  eventId = "event",
  inferenceTime = "2026-01-02T03:04:05Z",
  data = "[0.9,0.1]",
  encoding = "JSON",
  inferenceId,
}: Overrides): string {
  return JSON.stringify({
    captureData: {
      endpointInput: {
        observedContentType: "image/png",
        mode: "INPUT",
        data: "iVBORw0KGgo=",
        encoding: "BASE64",
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
