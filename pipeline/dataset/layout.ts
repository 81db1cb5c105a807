import { encodeRecord } from "../recordio.ts";
import type { Picture } from "./source.ts";

/** An object to be, its key relative to the dataset's prefix. */
export interface Upload {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
}

type Channel = "train" | "validation" | "test";

/** The pictures of a channel, in order: numbers only, as there may be very many. */
interface Listing {
  readonly labels: number[];
  readonly ids: number[];
}

/** What `layOut` has put where; complete once its stream has ended. */
export interface Contents extends Readonly<Record<Channel, Listing>> {
  readonly shards: { train: readonly string[]; validation: readonly string[] };
}

export function emptyContents(): Contents {
  return {
    train: { labels: [], ids: [] },
    validation: { labels: [], ids: [] },
    test: { labels: [], ids: [] },
    shards: { train: [], validation: [] },
  };
}

/** The name of a picture's file: `bicycle_000123.png`. */
export function pictureName(vehicle: string | undefined, id: number | undefined): string {
  return `${vehicle}_${String(id).padStart(6, "0")}.png`;
}

/** Small enough that the shards in flight stay far under 300 MB, large enough to be few. */
const shardBytes = 4 * 2 ** 20;
/** Pictures encoded at a time. */
const batchSize = 8;

interface LayoutInput {
  readonly classes: readonly string[];
  /** For each label: which of its training pictures are for validation. */
  readonly validation: readonly ReadonlySet<number>[];
  readonly contents: Contents;
}

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
  for await (const { split, label, id, image } of encode(pictures)) {
    if (split === "test") {
      contents.test.labels.push(label);
      contents.test.ids.push(id);
      const key = `test/${pictureName(classes[label], id)}`;
      yield { key, body: image, contentType: "image/png" };
      continue;
    }
    const place = seen[label] ?? 0;
    seen[label] = place + 1;
    const channel = validation[label]?.has(place) === true ? "validation" : "train";
    const { labels, ids } = contents[channel];
    const full = shards[channel].add(encodeRecord({ label, id: ids.length, image }));
    labels.push(label);
    ids.push(id);
    if (full !== undefined) yield full;
  }
  for (const channel of ["train", "validation"] as const) {
    yield shards[channel].take();
    contents.shards[channel] = shards[channel].keys;
  }
  for (const channel of ["train", "validation", "test"] as const) {
    const body = Buffer.from(list(contents[channel], classes));
    yield { key: `${channel}.lst`, body, contentType: "text/plain" };
  }
}

async function* encode(
  pictures: AsyncIterable<Picture>,
): AsyncGenerator<Picture & { readonly image: Buffer }, void, undefined> {
  let batch: Picture[] = [];
  for await (const picture of pictures) {
    if (batch.push(picture) < batchSize) continue;
    yield* await encodeAll(batch);
    batch = [];
  }
  yield* await encodeAll(batch);
}

async function encodeAll(batch: readonly Picture[]) {
  return await Promise.all(
    batch.map(async (picture) => ({ ...picture, image: await picture.png() })),
  );
}

/** A `.lst` file as im2rec writes it, a picture a line: index, label, name. */
function list({ labels, ids }: Listing, classes: readonly string[]): string {
  const lines = labels.map(
    (label, at) => `${at}\t${label}\t${pictureName(classes[label], ids[at])}\n`,
  );
  return lines.join("");
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
