import pMap from "p-map";
import { type PictureStatistics, pictureStatistics } from "./picture-statistics.ts";

/** A picture of the sample, looked at. */
export interface SampledPicture {
  /** When it came, in milliseconds since 1970. */
  readonly time: number;
  /** Undefined where it can't be decoded. */
  readonly picture: PictureStatistics | undefined;
}

interface Entry {
  readonly hash: number;
  readonly time: number;
  /** Base64; gone once it is looked at. */
  data: Buffer | undefined;
  picture: PictureStatistics | undefined;
}

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
  #entries: Entry[] = [];
  #largest = Infinity;
  #waiting = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Takes a copy of the base64 bytes, where the event belongs to the sample so far. */
  offer(hash: number, time: number, data: Uint8Array): void {
    if (hash >= this.#largest) return;
    this.#entries.push({ hash, time, data: Buffer.from(data), picture: undefined });
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
        entry.data = undefined;
      },
      { concurrency: CONCURRENCY },
    );
    this.#waiting = 0;
    return this.#entries;
  }

  #cut(): void {
    if (this.#entries.length <= this.#size) return;
    this.#entries.sort((a, b) => a.hash - b.hash);
    this.#entries = this.#entries.slice(0, this.#size);
    this.#largest = this.#entries.at(-1)?.hash ?? Infinity;
    this.#waiting = this.#entries.reduce((total, { data }) => total + (data?.length ?? 0), 0);
  }
}
