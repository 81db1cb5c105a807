import { afterAll, expect, test } from "@jest/globals";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readImages, readRecords } from "../../../local/algorithm/channel.ts";
import { encodeRecord } from "../../../pipeline/dataset/recordio.ts";
import { asPng, drawSamples } from "./samples.ts";

const root = await mkdtemp(join(tmpdir(), "scones-channel-"));
afterAll(() => rm(root, { recursive: true }));
const samples = drawSamples(4, 2);
const pngs = await Promise.all(samples.map(asPng));

/** Writes files, given by name, and gives their folder. */
async function folderOf(name: string, files: Record<string, Buffer | string>): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
  return folder;
}
const list = (name: string, text: string) => folderOf(`${name}_lst`, { "train.lst": text });

test("records are read in the order of their files", async () => {
  const record = (at: number) =>
    encodeRecord({ label: samples[at]?.label ?? 0, id: at, image: pngs[at] ?? Buffer.alloc(0) });
  const folder = await folderOf("records", {
    "b.rec": Buffer.concat([record(2), record(3)]),
    "a.rec": Buffer.concat([record(0), record(1)]),
  });
  const read = await readRecords(folder, 2);
  expect(read.map(({ label }) => label)).toEqual([0, 1, 0, 1]);
  expect(Buffer.from(read[3]?.picture ?? [])).toEqual(Buffer.from(samples[3]?.picture ?? []));
});

test("pictures are read as the list names them", async () => {
  const folder = await folderOf(
    "images",
    Object.fromEntries(pngs.map((png, i) => [`${i}.png`, png])),
  );
  const read = await readImages(folder, await list("images", "0\t1\t3.png\n1\t0\t0.png\n"), 2);
  expect(read.map(({ label }) => label)).toEqual([1, 0]);
  expect(Buffer.from(read[0]?.picture ?? [])).toEqual(Buffer.from(samples[3]?.picture ?? []));
});

test.each([
  ["a missing file", "0\t1\tnone.png\n", 'Line 1 of train.lst names "none.png", which is no file'],
  ["a line without tabs", "\n0 1 0.png\n", 'Line 2 of train.lst names ""'],
  [
    "a path out of the channel",
    "0\t1\t../images_lst/train.lst\n",
    "which is no file of its channel",
  ],
  ["no label", "0\t\t0.png\n", "0.png has the label NaN"],
  ["nothing", "", "holds no pictures"],
])("a list with %s is refused", async (_, text, message) => {
  const folder = await folderOf("images", { "0.png": pngs[0] ?? "" });
  await expect(readImages(folder, await list("images", text), 2)).rejects.toThrow(message);
});
