import pMap from "p-map";
import type { Config } from "../../pipeline/config.ts";
import type { Context } from "../../pipeline/context.ts";
import { chooseCaptures } from "../../pipeline/labels/choose-captures.ts";
import { uploadLabels, type UploadedLabels } from "../../pipeline/labels/upload-labels.ts";
import { poll } from "../../pipeline/poll.ts";
import { sha256 } from "../../pipeline/s3.ts";
import { pollIntervalMs } from "../traffic.ts";
import type { Visitor } from "./visitors.ts";

const CAPTURE_TIMEOUT_MS = 60_000;

export interface LabelCapturesInput {
  readonly bucket: string;
  /** Name of the model that answers. */
  readonly model: string;
  /** Its classes. */
  readonly classes: readonly string[];
  readonly since: Date;
  /** All who were served since. */
  readonly visitors: readonly Visitor[];
}

/**
 * Does what a person does with `npm run labels`, by the same code: lists what was captured, says what
 * each picture shows, which is known of those that were made to be sent, and uploads the labels.
 * @throws StepError where not all that was sent is captured within a minute.
 */
export async function labelCaptures(
  context: Context,
  config: Config,
  { bucket, model, classes, since, visitors }: LabelCapturesInput,
): Promise<UploadedLabels> {
  const known = await pMap(
    visitors,
    async (visitor) => [sha256(await visitor.picture()), visitor.class] as const,
    { concurrency: 4 },
  );
  const truth = new Map(known);
  const input = {
    bucket,
    model,
    classes,
    since,
    count: visitors.length,
    labelled: new Set<string>(),
  };
  const { chosen } = await poll(
    async () => {
      const found = await chooseCaptures(context, config, input);
      return found.of < visitors.length ? undefined : found;
    },
    {
      what: `The capture of ${visitors.length} pictures`,
      timeoutMs: CAPTURE_TIMEOUT_MS,
      intervalMs: pollIntervalMs,
      signal: context.signal,
      resume: "Look at the endpoint's log.",
    },
  );
  const labels = chosen.map(({ eventId, picture }) => ({
    eventId,
    class: truth.get(sha256(picture)) ?? "",
    from: eventId,
  }));
  return await uploadLabels(context, config, { bucket, labels });
}
