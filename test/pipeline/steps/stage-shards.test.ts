import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { requireShards } from "../../../pipeline/dataset/channels.ts";
import type { Source } from "../../../pipeline/dataset/source.ts";
import { openStagingStand, type StagingStand } from "./staging-stand.ts";

let stand: StagingStand;

beforeAll(async () => {
  stand = await openStagingStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

/** Of a configuration that trains on a number of instances. */
const on = (instanceCount: number) => ({
  training: parseConfig(`training: {instanceCount: ${instanceCount}}\n`).training,
});

test("another number of instances adds its shards to the dataset, and sends nothing else", async () => {
  const { sending, clients } = stand;
  const bucket = await stand.freshBucket();
  const { prefix, manifest } = await stand.stage(bucket);
  sending.puts.length = 0;
  const shards = [0, 1, 2].map((number) => `${prefix}train/3/part-0000${number}.rec`);
  expect(await stand.stage(bucket, on(3))).toEqual({ bucket, prefix, manifest });
  expect(sending.puts.toSorted()).toEqual(shards);
  await expect(requireShards(clients.s3, { bucket, prefix }, 3)).resolves.toBeUndefined();
  await expect(requireShards(clients.s3, { bucket, prefix }, 2)).rejects.toThrow(
    "train/2/ has 0 of the 2 files that training.instanceCount asks for. Run stage-data",
  );
  sending.puts.length = 0;
  await stand.stage(bucket, on(3));
  await stand.stage(bucket);
  expect(sending.puts).toEqual([]);
});

test("more instances than a class has training pictures are refused", async () => {
  await expect(stand.stage(await stand.freshBucket(), on(9))).rejects.toThrow(
    "training.instanceCount is 9, and the largest class has 8 training pictures",
  );
});

/** The stand's pictures, of which one is altered since they were surveyed. */
function altered({ source }: StagingStand): Source {
  return {
    ...source,
    async *pictures() {
      let place = 0;
      for await (const picture of source.pictures()) {
        yield place++ === 0 ? { ...picture, content: Buffer.from("altered") } : picture;
      }
    },
  };
}

test("shards of pictures that changed meanwhile are deleted, and nobody takes them for staged", async () => {
  const bucket = await stand.freshBucket();
  const { prefix } = await stand.stage(bucket);
  await expect(stand.stage(bucket, on(2), { from: altered(stand) })).rejects.toThrow(
    `"small.tar.gz" changed while they were staged: run it again. What was sent to s3://${bucket}/${prefix}train/2/ is deleted again.`,
  );
  const { s3 } = stand.clients;
  await expect(requireShards(s3, { bucket, prefix }, 2)).rejects.toThrow("has 0 of the 2 files");
  await expect(requireShards(s3, { bucket, prefix }, 1)).resolves.toBeUndefined();
});

test("a dataset of pictures that changed meanwhile has no manifest", async () => {
  const bucket = await stand.freshBucket();
  await expect(stand.stage(bucket, {}, { from: altered(stand) })).rejects.toThrow(
    "is without a manifest, so nothing will use it.",
  );
  expect(stand.sending.puts.filter((key) => key.endsWith("manifest.json"))).toEqual([]);
});
