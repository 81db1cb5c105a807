import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { pack } from "tar-stream";
import { filesBelow, packFolder, unpackArchive } from "../../../local/sagemaker/archive.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "archive-"));
  await mkdir(path.join(folder, "model/deep"), { recursive: true });
  await writeFile(path.join(folder, "model/weights"), Buffer.alloc(100_000, 7));
  await writeFile(path.join(folder, "model/deep/head.json"), "{}");
});
afterAll(() => rm(folder, { recursive: true }));

test("a folder packed and unpacked is the same, and packs to the same bytes again", async () => {
  const packed = await packFolder(path.join(folder, "model"));
  const copy = path.join(folder, "copy");
  await unpackArchive(Readable.from([packed]), copy);
  expect(await filesBelow(copy)).toEqual(["deep/head.json", "weights"]);
  expect(await readFile(path.join(copy, "weights"))).toEqual(Buffer.alloc(100_000, 7));
  expect((await packFolder(copy)).equals(packed)).toBe(true);
});

test("an archive that is cut off, or none, is refused", async () => {
  const packed = await packFolder(path.join(folder, "model"));
  const target = path.join(folder, "broken");
  const half = packed.subarray(0, packed.length / 2);
  await expect(unpackArchive(Readable.from([half]), target)).rejects.toThrow("unexpected end");
  const text = Readable.from([Buffer.from("text")]);
  await expect(unpackArchive(text, target)).rejects.toThrow("incorrect header check");
});

test("an entry outside the folder is refused", async () => {
  const archive = pack();
  const bytes = buffer(archive.pipe(createGzip()));
  archive.entry({ name: "../escaped" }, "x");
  archive.finalize();
  const target = path.join(folder, "inside");
  await expect(unpackArchive(Readable.from([await bytes]), target)).rejects.toThrow(
    "the archive's entry ../escaped lies outside its folder",
  );
});
