import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { checkOutputs } from "../../local/write-run.ts";
import { UsageError } from "../../pipeline/errors.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scones-out-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("a folder is made for what can be written, and nothing is left in it", async () => {
  await checkOutputs({ out: join(folder, "a/b"), json: join(folder, "c.json") });
  expect(await readdir(join(folder, "a/b"))).toEqual([]);
  expect(await readdir(folder)).toEqual(["a"]);
});

test("an --out that is a file, or a --json that is a folder, is refused before anything runs", async () => {
  await writeFile(join(folder, "file"), "");
  const notThere = checkOutputs({ out: join(folder, "file") });
  await expect(notThere).rejects.toThrow(
    /^--out: nothing can be written there: .*(EEXIST|ENOTDIR)/,
  );
  await expect(notThere).rejects.toBeInstanceOf(UsageError);
  await expect(checkOutputs({ out: join(folder, "out"), json: folder })).rejects.toThrow(
    `--json: nothing can be written there: ${folder} is a folder.`,
  );
});
