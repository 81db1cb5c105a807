import pMap from "p-map";
import type { Answer } from "./answer-sample.ts";
import { type PictureStatistics, pictureStatistics } from "./picture-statistics.ts";

/** A picture of the sample, looked at. */
export interface SampledPicture {
  readonly answer: Answer;
  /** Undefined where it can't be decoded. */
  readonly picture: PictureStatistics | undefined;
}

interface Entry {
  readonly answer: Answer;
  /** Base64; gone once it is looked at. */
  data: Buffer | undefined;
  picture: PictureStatistics | undefined;
}

type Seen = (
  picture: SampledPicture & { readonly picture: PictureStatistics },
  data: Uint8Array,
) => void;

/** Bytes of pictures that wait to be looked at. */
const MOST_WAITING = 16 << 20;
const CONCURRENCY = 4;

/**
 * At most so many pictures of a stream, every one with the same chance, to be decoded: those whose
 * events have the smallest hashes. So the same captures give the same sample, in whatever order they
 * are read. Broder, A. Z. (1997), On the resemblance and containment of documents, SEQUENCES.
 */
export class PictureSample {
  readonly #size: number;
  readonly #seen: Seen | undefined;
  #entries: Entry[] = [];
  #largest = Infinity;
  #waiting = 0;

  /** `seen` is told of every picture that is looked at, with its base64 bytes. */
  constructor(size: number, seen?: Seen) {
    this.#size = size;
    this.#seen = seen;
  }

  /** Takes a copy of both, the picture in base64, where the event belongs to the sample so far. */
  offer(answer: Answer, data: Uint8Array): void {
    if (answer.hash >= this.#largest) return;
    this.#entries.push({
      answer: { ...answer },
      data: Buffer.from(data),
      picture: undefined,
    });
    this.#waiting += data.length;
    if (this.#entries.length >= 2 * this.#size) this.#cut();
  }

  /** Whether `look` should be awaited before more comes. */
  get isFull(): boolean {
    return this.#waiting > MOST_WAITING;
  }

  /** Looks at the pictures that wait, brought to this side in pixels, and returns the sample so far. */
  async look(side: number): Promise<readonly SampledPicture[]> {
    this.#cut();
    const waiting = this.#entries.filter(({ data }) => data !== undefined);
    await pMap(
      waiting,
      async (entry) => {
        const bytes = Buffer.from(entry.data?.toString("latin1") ?? "", "base64");
        entry.picture = await pictureStatistics(bytes, { side });
      },
      { concurrency: CONCURRENCY },
    );
    for (const entry of waiting) {
      const { answer, picture, data } = entry;
      if (picture !== undefined && data !== undefined) this.#seen?.({ answer, picture }, data);
      entry.data = undefined;
    }
    this.#waiting = 0;
    return this.#entries;
  }

  #cut(): void {
    if (this.#entries.length <= this.#size) return;
    this.#entries.sort((a, b) => a.answer.hash - b.answer.hash);
    this.#entries = this.#entries.slice(0, this.#size);
    this.#largest = this.#entries.at(-1)?.answer.hash ?? Infinity;
    this.#waiting = this.#entries.reduce((total, { data }) => total + (data?.length ?? 0), 0);
  }
}
