import { pMapIterable } from "p-map";
import { encodeRecord } from "../recordio.ts";
import type { Picture } from "./source.ts";

/** An object to be, its key relative to the dataset's prefix. */
export interface Upload {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
}

type Channel = "train" | "validation" | "test";

interface Listing {
  /** Keys of the objects that hold the pictures. */
  readonly keys: string[];
  /** `.lst` lines as im2rec writes them: index, label, name. */
  readonly lines: string[];
}

/** What `layOut` has put where; complete once its stream has ended. */
export interface Contents extends Readonly<Record<Channel, Listing>> {
  readonly test: Listing & { readonly labels: number[] };
}

export function emptyContents(): Contents {
  return {
    train: { keys: [], lines: [] },
    validation: { keys: [], lines: [] },
    test: { keys: [], lines: [], labels: [] },
  };
}

/** Small enough that the shards in flight stay far under 300 MB, large enough to be few. */
const shardBytes = 4 * 2 ** 20;
/** Pictures encoded at a time. */
const encoders = 4;

interface LayoutInput {
  readonly classes: readonly string[];
  /** For each label: which of its training pictures are for validation. */
  readonly validation: readonly ReadonlySet<number>[];
  readonly contents: Contents;
}

const encode = async (picture: Picture) => ({ ...picture, image: await picture.png() });

/**
 * Turns pictures into the objects of a dataset as SageMaker's image-classification takes it:
 * RecordIO shards for the two training channels, a PNG a test picture, a `.lst` a channel.
 */
export async function* layOut(
  pictures: AsyncIterable<Picture>,
  { classes, validation, contents }: LayoutInput,
): AsyncGenerator<Upload, void, undefined> {
  const seen = classes.map(() => 0);
  const shards = { train: new Shards("train"), validation: new Shards("validation") };
  const encoded = pMapIterable(pictures, encode, { concurrency: encoders, backpressure: encoders });
  for await (const { split, label, id, image } of encoded) {
    const name = `${classes[label]}_${String(id).padStart(6, "0")}.png`;
    if (split === "test") {
      const key = `test/${name}`;
      list(contents.test, label, name);
      contents.test.keys.push(key);
      contents.test.labels.push(label);
      yield { key, body: image, contentType: "image/png" };
      continue;
    }
    const place = seen[label] ?? 0;
    seen[label] = place + 1;
    const channel = validation[label]?.has(place) === true ? "validation" : "train";
    const full = shards[channel].add(
      encodeRecord({ label, id: contents[channel].lines.length, image }),
    );
    list(contents[channel], label, name);
    if (full !== undefined) yield full;
  }
  for (const channel of ["train", "validation"] as const) {
    yield shards[channel].take();
    contents[channel].keys.push(...shards[channel].keys);
  }
  for (const channel of ["train", "validation", "test"] as const) {
    const body = Buffer.from(contents[channel].lines.join(""));
    yield { key: `${channel}.lst`, body, contentType: "text/plain" };
  }
}

function list({ lines }: Listing, label: number, name: string): void {
  lines.push(`${lines.length}\t${label}\t${name}\n`);
}

/** Gathers records into files of a bounded size. */
class Shards {
  readonly keys: string[] = [];
  readonly #channel: Channel;
  /** One block a shard: thousands of small buffers that live for long tear the memory to pieces. */
  #body = Buffer.alloc(0);
  #bytes = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** The shard that had no more room for this record, if so. */
  add(record: Buffer): Upload | undefined {
    const full = this.#bytes > 0 && this.#bytes + record.length > shardBytes;
    const shard = full ? this.take() : undefined;
    if (this.#bytes === 0) this.#body = Buffer.allocUnsafe(Math.max(shardBytes, record.length));
    this.#bytes += record.copy(this.#body, this.#bytes);
    return shard;
  }

  take(): Upload {
    const key = `${this.#channel}/part-${String(this.keys.length).padStart(5, "0")}.rec`;
    this.keys.push(key);
    const body = this.#body.subarray(0, this.#bytes);
    this.#bytes = 0;
    return { key, body, contentType: "application/x-recordio" };
  }
}
