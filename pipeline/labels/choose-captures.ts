import { type Capture, captureLines, parseCapture } from "../monitoring/capture.ts";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { lotOf, purposeOf } from "../dataset/purpose.ts";
import { squeezedPixels } from "../dataset/squeeze.ts";
import { confidence, predictedClass } from "../evaluation/metrics.ts";
import { EventIds, hashOf } from "../monitoring/event-ids.ts";
import { Lowest } from "../lowest.ts";
import { sha256 } from "../s3.ts";
import { capturePrefix } from "./every-capture.ts";
import { pictureOf } from "./labelled-captures.ts";

/** A captured picture that is worth a label. */
export interface Chosen {
  /** By which its label is merged with it. */
  readonly eventId: string;
  readonly time: Date;
  readonly picture: Buffer;
  /** Name of the likeliest class. */
  readonly predicted: string;
  readonly confidence: number;
}

export interface ChooseInput {
  readonly bucket: string;
  /** Name of the model that answered. */
  readonly model: string;
  /** How many at most. */
  readonly count: number;
  readonly since: Date;
  /** Of the model that answered, in the order of its labels. */
  readonly classes: readonly string[];
  /** Events that are labelled already. */
  readonly labelled: ReadonlySet<string>;
  /** How little a picture needs a label, the less the sooner; by default the model's confidence. */
  readonly rank?: (capture: Capture, picture: Buffer) => Promise<number> | number;
}

export interface ChosenCaptures {
  readonly chosen: readonly Chosen[];
  /** Pictures that were captured in the window and not labelled yet. */
  readonly of: number;
}

/**
 * Chooses what to label from what the endpoint was asked since a time: of the pictures that training
 * would get those of the lowest rank; of those that the test would get a sample by lot, in the share in
 * which visitors send them, since a model that is measured on hard ones alone says nothing of the
 * traffic. An id that came with several pictures is left out: nobody could tell which is labelled. Holds
 * no more than is chosen, twice.
 */
export async function chooseCaptures(
  { clients, signal, progress }: Context,
  config: Pick<Config, "project" | "environment" | "dataset">,
  { bucket, model, count, since, classes, labelled, rank = certainty }: ChooseInput,
): Promise<ChosenCaptures> {
  const { seed } = config.dataset;
  const ids = new EventIds();
  // Each with the id that it came by.
  const pictures = new EventIds();
  const reused = new Set<string>();
  const tests = new Lowest<Chosen>(count);
  const others = new Lowest<Chosen>(count);
  let found = 0;
  let foundForTest = 0;
  let lines = 0;
  const prefix = capturePrefix(config, model);
  for await (const some of captureLines(clients.s3, bucket, prefix, { since, signal })) {
    for (const line of some) {
      const capture = parseCapture(line, classes.length);
      if (capture === undefined || capture.verification || capture.inferenceTime < since) continue;
      const picture = labelled.has(capture.labelId) ? undefined : pictureOf(capture);
      if (picture === undefined) continue;
      const isNewId = ids.add(hashOf(capture.labelId));
      const isNewPicture = pictures.add(hashOf(`${capture.labelId} ${sha256(picture)}`));
      if (!isNewId) {
        if (isNewPicture) reused.add(capture.labelId);
        continue;
      }
      found += 1;
      // What can't be decoded can't be staged either: then its bytes will do.
      const pixels = await squeezedPixels(picture).catch(() => picture);
      const isTest = purposeOf(pixels, config.dataset) === "test";
      if (isTest) foundForTest += 1;
      const chosen: Chosen = {
        eventId: capture.labelId,
        time: capture.inferenceTime,
        picture,
        predicted: classes[predictedClass(capture.probabilities)] ?? "",
        confidence: confidence(capture),
      };
      if (isTest) tests.offer(lotOf(pixels, seed), chosen);
      else others.offer(await rank(capture, picture), chosen);
    }
    lines += some.length;
    progress.count(lines, lines, "captures read");
  }
  const forTest = Math.round((Math.min(count, found) * foundForTest) / Math.max(found, 1));
  const chosen = [...tests.items().slice(0, forTest), ...others.items().slice(0, count - forTest)];
  return { chosen: chosen.filter(({ eventId }) => !reused.has(eventId)), of: found };
}

function certainty({ probabilities }: Capture): number {
  return confidence({ probabilities });
}
