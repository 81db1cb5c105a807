import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { interleave, readCifar, readCifarLabels } from "../../../pipeline/dataset/cifar.ts";
import type { CifarRecord } from "../../../pipeline/dataset/cifar.ts";
import { UsageError } from "../../../pipeline/errors.ts";
import { rows, vehicles, wholeArchive, writeArchive } from "./cifar-archive.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scones-test-"));
});
afterAll(async () => await rm(folder, { recursive: true }));

async function read(file: string): Promise<CifarRecord[]> {
  const records: CifarRecord[] = [];
  for await (const record of readCifar(file)) records.push(record);
  return records;
}

async function archive(entries: Parameters<typeof writeArchive>[1]): Promise<string> {
  const file = join(folder, `${crypto.randomUUID()}.tar.gz`);
  await writeArchive(file, entries);
  return file;
}

async function refusal(file: string): Promise<string> {
  const error: unknown = await read(file).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  return (error as Error).message;
}

test("every record of both files is read with its label, place and pixels", async () => {
  const records = await read(await archive(wholeArchive));
  expect(records.map(({ split, index, label }) => [split, index, label]).slice(18, 22)).toEqual([
    ["train", 18, 8],
    ["train", 19, 48],
    ["test", 0, 8],
    ["test", 1, 48],
  ]);
  expect(records[5]?.planes).toEqual(Buffer.alloc(3072, 5));
});

test("planes become interleaved pixels", () => {
  const planes = Buffer.concat([
    Buffer.alloc(1024, 1),
    Buffer.alloc(1024, 2),
    Buffer.alloc(1024, 3),
  ]);
  expect([...interleave(planes).subarray(-6)]).toEqual([1, 2, 3, 1, 2, 3]);
});

test("label names are found though they stand last", async () => {
  const labels = await readCifarLabels(await archive(wholeArchive));
  expect(labels).toHaveLength(100);
  expect(labels[48]).toBe("motorcycle");
});

test("a cut-off gzip is refused", async () => {
  const file = join(folder, "cut.tar.gz");
  const bytes = await writeArchive(file);
  await writeFile(file, bytes.subarray(0, bytes.length / 2));
  expect(await refusal(file)).toContain("cut.tar.gz is cut off");
});

test("a gzip without its last byte is refused", async () => {
  const file = join(folder, "short.tar.gz");
  await writeFile(file, (await writeArchive(file)).subarray(0, -1));
  expect(await refusal(file)).toContain("short.tar.gz is cut off");
});

test("a gzip whose checksum differs is refused", async () => {
  const file = join(folder, "damaged.tar.gz");
  const bytes = await writeArchive(file);
  const at = bytes.length - 8;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(file, bytes);
  expect(await refusal(file)).toContain("damaged.tar.gz is damaged");
});

test("a record of the wrong length is refused with its offset", async () => {
  const train = Buffer.concat([vehicles(2), Buffer.alloc(100)]);
  expect(await refusal(await archive({ ...wholeArchive, "train.bin": train }))).toContain(
    "at byte 12296 of train.bin there are 100 bytes where a record of 3074 is expected",
  );
});

test("a label out of range is refused with its offset", async () => {
  const wrong = rows({ label: 8, value: 1 }, { label: 100, value: 1 });
  expect(await refusal(await archive({ ...wholeArchive, "test.bin": wrong }))).toContain(
    "the record at byte 3074 of test.bin has the labels 0 and 100, beyond 19 and 99",
  );
  const train = rows({ label: 8, coarse: 20, value: 1 });
  expect(await refusal(await archive({ ...wholeArchive, "train.bin": train }))).toContain(
    "the record at byte 0 of train.bin has the labels 20 and 8",
  );
});

test("an archive of something else is refused", async () => {
  expect(await refusal(await archive({ "readme.txt": "hello" }))).toContain(
    "is no CIFAR-100 binary archive: it holds no train.bin, no test.bin",
  );
  await expect(readCifarLabels(await archive({ "readme.txt": "hello" }))).rejects.toThrow(
    "it holds no fine_label_names.txt",
  );
});

test("a file that is no archive, or not there, is refused", async () => {
  const text = join(folder, "notes.txt");
  await writeFile(text, "not an archive");
  expect(await refusal(text)).toContain("notes.txt is damaged or no gzip archive");
  expect(await refusal(join(folder, "none.tar.gz"))).toContain("none.tar.gz does not exist");
});
