import { type Capture, parseCapture } from "../capture.ts";
import { EventIds, hashOf } from "./event-ids.ts";
import { PictureSample } from "./picture-sample.ts";
import type { Window } from "./window.ts";

/** Decoding a picture takes as long as reading a hundred records, and a thousand tell enough. */
const MOST_PICTURES = 1000;

export interface Period {
  /**
   * Inferences before `since`, and from `until` on, are left out. Captures have whole seconds: both
   * count from their second's beginning.
   */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

export interface ReadCaptures {
  readonly lines: number;
  /** Lines that could not be read. */
  readonly skipped: number;
  /** Pictures that were looked at: at most a thousand, a sample of those that came. */
  readonly pictures: number;
}

/**
 * Puts what an endpoint captured in a period into a window, each event once, in constant memory but for
 * the events' hashes. What verify-deployment asked is left out: its pictures are no sample of the
 * traffic.
 */
export async function readCaptures(
  lines: AsyncIterable<readonly Buffer[]>,
  window: Window,
  { classes, since, until }: Period & { readonly classes: number },
): Promise<ReadCaptures> {
  const seen = new EventIds();
  const sample = new PictureSample(MOST_PICTURES);
  let count = 0;
  let skipped = 0;
  for await (const some of lines) {
    count += some.length;
    for (const line of some) {
      const capture = parseCapture(line, classes);
      if (capture === undefined) skipped += 1;
      else if (!capture.verification && isWithin(capture, { since, until })) {
        const hash = hashOf(capture.eventId);
        if (!seen.add(hash)) continue;
        const time = capture.inferenceTime.getTime();
        window.answer(capture.probabilities, time);
        if (capture.picture !== undefined) sample.offer(hash, time, capture.picture);
      }
    }
    if (sample.isFull) await sample.look(window.side);
  }
  const pictures = await sample.look(window.side);
  for (const { picture, time } of pictures) window.picture(picture, time);
  return { lines: count, skipped, pictures: pictures.length };
}

function isWithin({ inferenceTime }: Capture, { since, until }: Period): boolean {
  const second = secondOf(inferenceTime);
  return (
    (since === undefined || second >= secondOf(since)) &&
    (until === undefined || second < secondOf(until))
  );
}

function secondOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
