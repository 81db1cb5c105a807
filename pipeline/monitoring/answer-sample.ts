import { Lowest } from "../lowest.ts";

/** One answer, as a point over time. */
export interface Answer {
  /** Of its event. */
  readonly hash: number;
  /** When it was given, in milliseconds since 1970. */
  readonly time: number;
  /** The index of the likeliest class. */
  readonly label: number;
  /** Of that class, 0 to 1. */
  readonly confidence: number;
}

/**
 * At most so many answers of a stream, every one with the same chance: those whose events have the
 * smallest hashes, as in PictureSample.
 */
export class AnswerSample {
  readonly #lowest: Lowest<Answer>;

  constructor(size: number) {
    this.#lowest = new Lowest(size);
  }

  /** Takes a copy, where the answer belongs to the sample so far. */
  offer(answer: Answer): void {
    if (this.#lowest.takes(answer.hash)) this.#lowest.offer(answer.hash, { ...answer });
  }

  /** In order of time. */
  answers(): readonly Answer[] {
    return this.#lowest.items().toSorted((a, b) => a.time - b.time || a.hash - b.hash);
  }
}
