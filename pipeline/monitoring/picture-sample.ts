import pMap from "p-map";
import { Lowest } from "../lowest.ts";
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

/** Bytes of pictures before they are looked at. */
const MOST_TAKEN = 16 << 20;
const CONCURRENCY = 4;

/**
 * At most so many pictures of a stream, every one with the same chance, to be decoded: those whose
 * events have the smallest hashes. So the same captures give the same sample, in whatever order they
 * are read. Broder, A. Z. (1997), On the resemblance and containment of documents, SEQUENCES.
 */
export class PictureSample {
  readonly #lowest: Lowest<Entry>;
  readonly #seen: Seen | undefined;
  /** Bytes that were taken since the last look, also of pictures that gave way to others meanwhile. */
  #taken = 0;

  /** `seen` is told of every picture that is looked at, with its base64 bytes. */
  constructor(size: number, seen?: Seen) {
    this.#lowest = new Lowest(size);
    this.#seen = seen;
  }

  /** Takes a copy of both, the picture in base64, where the event belongs to the sample so far. */
  offer(answer: Answer, data: Uint8Array): void {
    if (!this.#lowest.takes(answer.hash)) return;
    const entry = { answer: { ...answer }, data: Buffer.from(data), picture: undefined };
    this.#lowest.offer(answer.hash, entry);
    this.#taken += data.length;
  }

  /** Whether `look` should be awaited before more comes. */
  get isFull(): boolean {
    return this.#taken > MOST_TAKEN;
  }

  /** Looks at the pictures that wait, brought to this side in pixels, and returns the sample so far. */
  async look(side: number): Promise<readonly SampledPicture[]> {
    const entries = this.#lowest.items();
    const waiting = entries.filter(({ data }) => data !== undefined);
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
    this.#taken = 0;
    return entries;
  }
}
