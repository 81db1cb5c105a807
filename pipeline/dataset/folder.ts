import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Tree, refuseLarge } from "./tree.ts";

/** A folder of this machine. */
export function folderTree(folder: string): Tree {
  const at = (path: string) => join(folder, path);
  return {
    concurrency: 1,
    at,
    has: async (path) => {
      const found = await stat(at(path)).catch(() => undefined);
      return found?.isDirectory() === true;
    },
    list: (path) =>
      readdir(at(path)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
        throw error;
      }),
    read: async (path) => {
      const file = at(path);
      refuseLarge(file, (await stat(file)).size);
      return await readFile(file);
    },
  };
}
