import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { zip } from "../../../pipeline/stack/zip.ts";

test("another implementation unpacks the archive and finds nothing wrong with it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "scones-zip-"));
  try {
    const content = Buffer.from("export const handler = 1;\n".repeat(100));
    const deep = Buffer.from([0, 1, 2]);
    const files = { "index.mjs": content, "node_modules/@a/b/lib/c.node": deep };
    const archive = await zip(files);
    expect(archive.equals(await zip(files))).toBe(true);
    await writeFile(join(folder, "a.zip"), archive);
    const python = promisify(execFile);
    await python("python3", ["-m", "zipfile", "-t", "a.zip"], { cwd: folder });
    await python("python3", ["-m", "zipfile", "-e", "a.zip", "."], { cwd: folder });
    expect(await readFile(join(folder, "index.mjs"))).toEqual(content);
    expect(await readFile(join(folder, "node_modules/@a/b/lib/c.node"))).toEqual(deep);
  } finally {
    await rm(folder, { recursive: true });
  }
});
