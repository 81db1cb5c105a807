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
  readonly #size: number;
  #answers: Answer[] = [];
  #largest = Infinity;

  constructor(size: number) {
    this.#size = size;
  }

  /** Takes a copy, where the answer belongs to the sample so far. */
  offer(answer: Answer): void {
    if (answer.hash >= this.#largest) return;
    this.#answers.push({ ...answer });
    if (this.#answers.length >= 2 * this.#size) this.#cut();
  }

  /** In order of time. */
  answers(): readonly Answer[] {
    this.#cut();
    return this.#answers.toSorted((a, b) => a.time - b.time || a.hash - b.hash);
  }

  #cut(): void {
    if (this.#answers.length <= this.#size) return;
    this.#answers.sort((a, b) => a.hash - b.hash);
    this.#answers = this.#answers.slice(0, this.#size);
    this.#largest = this.#answers.at(-1)?.hash ?? Infinity;
  }
}
