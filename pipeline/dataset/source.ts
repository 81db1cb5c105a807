import { createHash } from "node:crypto";
import { UsageError } from "../errors.ts";
import type { Purpose } from "./purpose.ts";

export type Split = "train" | "test";

export interface Picture {
  readonly split: Split;
  /** Its class's place in `dataset.classes`; the background's is behind them. */
  readonly label: number;
  /** One of its own within class and split. */
  readonly id: number;
  /** The bytes that it is made from; equal ones give equal pictures. */
  readonly content: Uint8Array;
  /** The picture as a PNG of 8-bit RGB. */
  readonly png: () => Buffer | Promise<Buffer>;
  /** What it is for, where it was captured at an endpoint and labelled; absent for any other. */
  readonly captured?: Purpose;
}

/** A stream of pictures in mixed order, the same at every call. */
export type Pictures = () => AsyncGenerator<Picture, void, undefined>;

/** A data set that was looked through once: whole, and with every class that is wanted. */
export interface Source {
  /** `cifar-100`, `drawn`, the base name of the file or folder, or the URI of the prefix. */
  readonly name: string;
  /** In the order of the labels: `dataset.classes`, and the background where there is one. */
  readonly classes: readonly string[];
  /** The last of the classes, where it is of pictures of anything else. */
  readonly background?: string;
  readonly pictures: Pictures;
  readonly survey: Survey;
  /** Of its pictures those of each label that were captured; absent where there are none. */
  readonly captured?: Readonly<Record<Purpose, readonly number[]>>;
}

export interface Survey {
  /** SHA-256, in hex, over content, label and split of every picture, in order. */
  readonly contentHash: string;
  /** Pictures of each label. */
  readonly counts: Readonly<Record<Split, readonly number[]>>;
}

/** Passes pictures on and keeps count and hash of them; `survey` is right once all have passed. */
export class Surveyor {
  readonly #hash = createHash("sha256");
  readonly #counts: Record<Split, number[]>;

  readonly #onPicture: (done: number) => void;
  #done = 0;

  constructor(classes: readonly string[], onPicture: (done: number) => void = () => {}) {
    this.#onPicture = onPicture;
    this.#counts = { train: classes.map(() => 0), test: classes.map(() => 0) };
  }

  async *pass(pictures: AsyncIterable<Picture>): AsyncGenerator<Picture, void, undefined> {
    for await (const picture of pictures) {
      const { split, label, content } = picture;
      const counts = this.#counts[split];
      counts[label] = (counts[label] ?? 0) + 1;
      this.#hash.update(`${split} ${label} ${content.length}\n`).update(content);
      yield picture;
      this.#onPicture(++this.#done);
    }
  }

  survey(): Survey {
    return { contentHash: this.#hash.copy().digest("hex"), counts: this.#counts };
  }
}

/**
 * Looks through all pictures once.
 * @throws UsageError where a class has fewer than two training pictures or no test picture;
 * whatever reading the pictures throws.
 */
export async function survey(
  name: string,
  classes: readonly string[],
  pictures: Pictures,
  signal: AbortSignal,
): Promise<Source> {
  const surveyor = new Surveyor(classes);
  for await (const _ of surveyor.pass(pictures())) signal.throwIfAborted();
  const result = surveyor.survey();
  for (const [label, vehicle] of classes.entries()) {
    const train = result.counts.train[label] ?? 0;
    const test = result.counts.test[label] ?? 0;
    if (train >= 2 && test >= 1) continue;
    throw new UsageError(
      `The data set "${name}" has ${train} training and ${test} test pictures of the class ` +
        `"${vehicle}"; at least 2 and 1 are needed. Name another data set, or other classes in ` +
        "dataset.classes of pipeline.yaml.",
    );
  }
  return { name, classes, pictures, survey: result };
}
