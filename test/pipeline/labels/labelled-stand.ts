import { PutObjectCommand } from "@aws-sdk/client-s3";
import { type Config, parseConfig } from "../../../pipeline/config.ts";
import type { Context } from "../../../pipeline/context.ts";
import { uploadLabels } from "../../../pipeline/labels/upload-labels.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";
import { createCapture } from "../monitoring/captures.ts";
import { openStagingStand } from "../steps/staging-stand.ts";

/** One captured picture. */
export interface Sent {
  readonly eventId: string;
  /** Its caller's. */
  readonly inferenceId?: string;
  readonly picture: Buffer;
  /** Hour of 2 January 2026. */
  readonly hour?: number;
  /** Of a bicycle. */
  readonly probability?: number;
}

export type LabelledStand = Awaited<ReturnType<typeof openLabelledStand>>;

/** A staging stand whose environment's endpoint was asked things. */
export async function openLabelledStand() {
  const stand = await openStagingStand();
  const config = parseConfig(
    "environment: test\ndataset: { validation: 0.2, background: { count: 0 } }",
  );
  const lines: string[] = [];
  const context: Context = {
    clients: stand.clients,
    progress: { line: (text) => lines.push(text), count: () => undefined },
    signal: new AbortController().signal,
  };
  const put = async (bucket: string, key: string, body: string) => {
    await stand.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  };
  return {
    ...stand,
    config,
    context,
    /** What the steps said. */
    lines,
    put,
    /** Writes captures as SageMaker does, a file an hour. */
    async capture(bucket: string, sent: readonly Sent[]): Promise<void> {
      for (const [hour, some] of Map.groupBy(sent, (each) => each.hour ?? 3)) {
        const time = String(hour).padStart(2, "0");
        const records = some.map(({ eventId, inferenceId, picture, probability = 0.9 }) =>
          createCapture({
            eventId,
            ...(inferenceId !== undefined && { inferenceId }),
            picture,
            inferenceTime: `2026-01-02T${time}:04:05Z`,
            data: JSON.stringify([probability, 1 - probability]),
          }),
        );
        const folder = `scones/captures/test/model/scones-test/AllTraffic/2026/01/02/${time}`;
        await put(bucket, `${folder}/04-05-000-id.jsonl`, records.join("\n"));
      }
    },
    /** Says that events are of classes. */
    label: (bucket: string, labels: readonly (readonly [eventId: string, name: string])[]) =>
      uploadLabels(context, config, {
        bucket,
        labels: labels.map(([eventId, name], at) => ({
          eventId,
          class: name,
          from: `labels.csv:${at + 2}`,
        })),
      }),
    stageCaptures: (bucket: string, changes: Partial<Config["dataset"]> = {}) =>
      stand.stage(
        bucket,
        { dataset: { ...config.dataset, ...changes } },
        { progress: context.progress },
      ),
  };
}

/** A picture of eight rows, another one for each number. */
export function pictureOf(number: number, width = 32): Buffer {
  const pixels = Uint8Array.from({ length: width * 8 * 3 }, (_, at) => (at * (number + 3)) % 251);
  return encodePng(pixels, width, 8);
}

/** As many captures, each of a picture of its own. */
export function captures(count: number): Sent[] {
  return Array.from({ length: count }, (_, at) => ({
    eventId: `event-${at}`,
    picture: pictureOf(at),
  }));
}
