import pMap from "p-map";
import type { Answer } from "./answer-sample.ts";
import { thumbnail } from "../dataset/thumbnail.ts";

/** A picture of a window, small enough for a report. */
export interface NotablePicture extends Answer {
  /** How unlike the test pictures it looks; see distance.ts. Only where it was looked at for that. */
  readonly distance?: number;
  readonly png: Uint8Array;
}

/** The pictures behind a window's numbers; of each kind the foremost first. */
export interface NotablePictures {
  /** Those that the model was least sure of. */
  readonly unsure: readonly NotablePicture[];
  readonly newest: readonly NotablePicture[];
  /** Those of the sample that look least like the test pictures. */
  readonly unlike: readonly NotablePicture[];
}

/** Of each kind. */
const MOST = 8;
/** In base64; larger ones are not shown, so that three kinds stay within 24 MiB. */
const MOST_BYTES = 1 << 20;

/** Filled anew for whatever takes its place: a stream of them would fill the heap. */
interface Candidate {
  hash: number;
  time: number;
  label: number;
  confidence: number;
  /** The smaller, the more notable. */
  rank: number;
  /** Base64. */
  data: Uint8Array;
  /** Where `data` is copied to when it is settled. */
  own: Buffer;
  settled: boolean;
}

/** Keeps the few pictures of a stream that a report shows, in constant memory. */
export class NotablePictureSet {
  readonly #kinds: Readonly<Record<keyof NotablePictures, Candidate[]>> = {
    unsure: [],
    newest: [],
    unlike: [],
  };

  /** A picture's base64 bytes, good until `settle`, and what was answered to it. */
  offer(answer: Answer, data: Uint8Array): void {
    this.#enter("unsure", answer, answer.confidence, data);
    this.#enter("newest", answer, -answer.time, data);
  }

  /** A picture that was looked at, its bytes good until `settle`. */
  looked(answer: Answer, data: Uint8Array, distance: number): void {
    this.#enter("unlike", answer, -distance, data);
  }

  /** Copies what is still wanted of the bytes that were offered. */
  settle(): void {
    for (const kind of Object.values(this.#kinds)) {
      for (const candidate of kind) {
        if (candidate.settled) continue;
        const { length } = candidate.data;
        if (candidate.own.length < length) candidate.own = Buffer.allocUnsafeSlow(2 * length);
        candidate.own.set(candidate.data);
        candidate.data = candidate.own.subarray(0, length);
        candidate.settled = true;
      }
    }
  }

  async pictures(): Promise<NotablePictures> {
    const { unsure, newest, unlike } = this.#kinds;
    return {
      unsure: await thumbnails(unsure),
      newest: await thumbnails(newest),
      unlike: await thumbnails(unlike, (rank) => ({ distance: -rank })),
    };
  }

  #enter(name: keyof NotablePictures, answer: Answer, rank: number, data: Uint8Array): void {
    const kind = this.#kinds[name];
    const last = kind[MOST - 1];
    if (last !== undefined && !isBefore(rank, answer.hash, last)) return;
    if (data.length > MOST_BYTES) return;
    // One picture that was sent often says no more than once.
    if (name !== "newest" && kind.some((each) => isSame(each.data, data))) return;
    const place = kind.findIndex((each) => isBefore(rank, answer.hash, each));
    const candidate = (last === undefined ? undefined : kind.pop()) ?? {
      ...answer,
      rank,
      data,
      own: NOTHING,
      settled: false,
    };
    candidate.hash = answer.hash;
    candidate.time = answer.time;
    candidate.label = answer.label;
    candidate.confidence = answer.confidence;
    candidate.rank = rank;
    candidate.data = data;
    candidate.settled = false;
    kind.splice(place === -1 ? kind.length : place, 0, candidate);
  }
}

const NOTHING = Buffer.alloc(0);

function isBefore(rank: number, hash: number, other: Candidate): boolean {
  return rank < other.rank || (rank === other.rank && hash < other.hash);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

async function thumbnails(
  candidates: readonly Candidate[],
  more: (rank: number) => Partial<NotablePicture> = () => ({}),
): Promise<NotablePicture[]> {
  const pictures = await pMap(
    candidates,
    async ({ hash, time, label, confidence, rank, data }) => {
      const png = await thumbnail(Buffer.from(Buffer.from(data).toString("latin1"), "base64"));
      return png === undefined ? [] : [{ hash, time, label, confidence, png, ...more(rank) }];
    },
    { concurrency: 4 },
  );
  return pictures.flat();
}
