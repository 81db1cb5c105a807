import { encodeRecord } from "./recordio.ts";
import { Blocks, type Upload } from "./blocks.ts";
import { type ChannelNames, shardOf } from "./channels.ts";
import type { Picture } from "./source.ts";

/** What `layOut` has put where; complete once its stream has ended. */
export interface Contents {
  train: number;
  validation: number;
  /** The test pictures, in order: numbers only, as there may be many. */
  readonly test: {
    readonly labels: number[];
    readonly ids: number[];
    /** Places, from 0, of the captured ones. */
    readonly captured: Set<number>;
  };
}

export function emptyContents(): Contents {
  return { train: 0, validation: 0, test: { labels: [], ids: [], captured: new Set() } };
}

/** The name of a picture's file: `bicycle_000123.png`. */
export function pictureName(vehicle: string | undefined, id: number | undefined): string {
  return `${vehicle}_${String(id).padStart(6, "0")}.png`;
}

/** Pictures encoded at a time. */
const batchSize = 8;

interface LayoutInput {
  readonly classes: readonly string[];
  /** For each label: which of its training pictures, captured ones aside, are for validation. */
  readonly validation: readonly ReadonlySet<number>[];
  /** Keys of the channels' RecordIO files. */
  readonly channels: ChannelNames;
  readonly contents: Contents;
}

/**
 * Turns pictures into the objects of a dataset as SageMaker's image-classification takes it: RecordIO
 * files for the two training channels, a PNG a test picture, a `.lst` a channel.
 */
export async function* layOut(
  pictures: AsyncIterable<Picture>,
  { classes, validation, channels, contents }: LayoutInput,
): AsyncGenerator<Upload, void, undefined> {
  const seen = classes.map(() => ({ train: 0, all: 0 }));
  const pool: Buffer[] = [];
  const record = (key: string) => new Blocks(key, "application/x-recordio", pool);
  const list = (channel: string) => new Blocks(`${channel}.lst`, "text/plain", pool);
  const files = { train: channels.train.map(record), validation: [record(channels.validation)] };
  const lists = { train: list("train"), validation: list("validation"), test: list("test") };
  const listed = (channel: keyof typeof lists, index: number, { label, id }: Picture) =>
    lists[channel].add(listLine(index, label, pictureName(classes[label], id)));
  for await (const picture of encode(pictures)) {
    const { split, label, id, image, captured } = picture;
    if (split === "test") {
      const { labels, ids } = contents.test;
      if (captured !== undefined) contents.test.captured.add(labels.length);
      yield* listed("test", labels.length, picture);
      labels.push(label);
      ids.push(id);
      const key = `test/${pictureName(classes[label], id)}`;
      yield { key, body: image, contentType: "image/png" };
      continue;
    }
    const places = (seen[label] ??= { train: 0, all: 0 });
    const isValidation =
      captured === undefined ? validation[label]?.has(places.all++) : captured === "validation";
    const channel = isValidation === true ? "validation" : "train";
    const shard = channel === "train" ? shardOf(label, places.train++, files.train.length) : 0;
    const index = contents[channel]++;
    yield* listed(channel, index, picture);
    yield* files[channel][shard]?.add(encodeRecord({ label, id: index, image })) ?? [];
  }
  const all = [...files.train, ...files.validation, lists.train, lists.validation, lists.test];
  for (const blocks of all) yield blocks.end();
}

/** Pictures with their PNGs, eight encoded at a time. */
export async function* encode(
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

/** A line of a `.lst` file as im2rec writes it. */
function listLine(index: number, label: number, name: string): Buffer {
  return Buffer.from(`${index}\t${label}\t${name}\n`);
}
