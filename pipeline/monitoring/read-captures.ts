import { type Capture, parseCapture } from "./capture.ts";
import { predictedClass } from "../evaluation/metrics.ts";
import { EventIds, hashOf } from "./event-ids.ts";
import { type Answer, AnswerSample } from "./answer-sample.ts";
import { NotablePictureSet, type NotablePictures } from "./notable-pictures.ts";
import { PictureSample } from "./picture-sample.ts";
import { type Timeline, TimelineBuilder } from "./timeline.ts";
import type { Window } from "./window.ts";

/** Decoding a picture takes as long as reading a hundred records, and a thousand tell enough. */
const MOST_PICTURES = 1000;
/** More points over time are a cloud. */
const MOST_ANSWERS = 600;

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
  readonly seen: Seen;
}

/** What a report shows of a window beside its tests. */
export interface Seen {
  readonly timeline: Timeline;
  /** At most 600, a sample of those that came. */
  readonly answers: readonly Answer[];
  readonly notable: NotablePictures;
}

/**
 * Puts what an endpoint captured in a period into a window, each event once, in constant memory but for
 * the events' hashes and the window's minutes. What verify-deployment asked is left out: its pictures are
 * no sample of the traffic.
 */
export async function readCaptures(
  lines: AsyncIterable<readonly Buffer[]>,
  window: Window,
  { classes, since, until }: Period & { readonly classes: number },
): Promise<ReadCaptures> {
  const ids = new EventIds();
  const timeline = new TimelineBuilder(classes, window.threshold);
  const answers = new AnswerSample(MOST_ANSWERS);
  const notable = new NotablePictureSet();
  const sample = new PictureSample(MOST_PICTURES, (sampled, data) => {
    const distance = window.distanceOf(sampled.picture);
    if (distance !== undefined) notable.looked(sampled.answer, data, distance);
  });
  // One for all of them, which those who keep it copy: a million would fill the heap before they are collected.
  const answer = { hash: 0, time: 0, label: 0, confidence: 0 };
  let count = 0;
  let skipped = 0;
  for await (const some of lines) {
    count += some.length;
    for (const line of some) {
      const capture = parseCapture(line, classes);
      if (capture === undefined) skipped += 1;
      else if (!capture.verification && isWithin(capture, { since, until })) {
        const hash = hashOf(capture.eventId);
        if (!ids.add(hash)) continue;
        const { probabilities, picture } = capture;
        const time = capture.inferenceTime.getTime();
        answer.hash = hash;
        answer.time = time;
        answer.label = predictedClass(probabilities);
        answer.confidence = probabilities[answer.label] ?? 0;
        window.answer(probabilities, time);
        timeline.add(answer.label, answer.confidence, time);
        answers.offer(answer);
        if (picture === undefined) continue;
        sample.offer(answer, picture);
        notable.offer(answer, picture);
      }
    }
    if (sample.isFull) await sample.look(window.side);
    notable.settle();
  }
  const pictures = await sample.look(window.side);
  notable.settle();
  for (const sampled of pictures) window.picture(sampled.picture, sampled.answer.time);
  return {
    lines: count,
    skipped,
    pictures: pictures.length,
    seen: {
      timeline: timeline.timeline(),
      answers: answers.answers(),
      notable: await notable.pictures(),
    },
  };
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
