import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { extract, pack } from "tar-stream";

/** A folder's files as the bytes of a `.tar.gz`: the same files give the same bytes. */
export async function packFolder(folder: string): Promise<Buffer> {
  const archive = pack();
  const compressed = buffer(archive.pipe(createGzip()));
  for (const name of await filesBelow(folder)) {
    archive.entry(
      { name, mtime: new Date(0), mode: 0o644 },
      await readFile(path.join(folder, name)),
    );
  }
  archive.finalize();
  return compressed;
}

/**
 * Unpacks the bytes of a `.tar.gz` into a folder.
 * @throws Error where they are no such archive, are cut off, or would write outside the folder.
 */
export async function unpackArchive(source: Readable, folder: string): Promise<void> {
  const archive = extract();
  const unpacked = pipeline(source, createGunzip(), archive);
  // The loop below ends with the archive's error; this one is the same.
  unpacked.catch(() => undefined);
  for await (const entry of archive) {
    const { name, type } = entry.header;
    const file = path.resolve(folder, name);
    if (type === "file") {
      if (!file.startsWith(path.resolve(folder) + path.sep)) {
        throw new Error(`the archive's entry ${name} lies outside its folder`);
      }
      await mkdir(path.dirname(file), { recursive: true });
      await pipeline(entry, createWriteStream(file));
    } else {
      entry.resume();
    }
  }
  await unpacked;
}

/** The files of a folder and its sub-folders, by relative name in order; none where it is absent. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();
}
