import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { zipOneFile } from "../../pipeline/zip.ts";

test("another implementation unpacks the archive and finds nothing wrong with it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "scones-zip-"));
  try {
    const content = Buffer.from("export const handler = 1;\n".repeat(100));
    const archive = zipOneFile("index.mjs", content);
    expect(archive.equals(zipOneFile("index.mjs", content))).toBe(true);
    await writeFile(join(folder, "a.zip"), archive);
    const python = promisify(execFile);
    await python("python3", ["-m", "zipfile", "-t", "a.zip"], { cwd: folder });
    await python("python3", ["-m", "zipfile", "-e", "a.zip", "."], { cwd: folder });
    expect(await readFile(join(folder, "index.mjs"))).toEqual(content);
  } finally {
    await rm(folder, { recursive: true });
  }
});
