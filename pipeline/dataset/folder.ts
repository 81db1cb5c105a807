import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, UsageError } from "../errors.ts";
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
    list: async (path) => {
      try {
        const entries = await readdir(at(path), { withFileTypes: true });
        return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
      } catch (error) {
        if (/^(ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? ""))
          return undefined;
        throw error;
      }
    },
    read: async (path) => {
      const file = at(path);
      try {
        refuseLarge(file, (await stat(file)).size);
        return await readFile(file);
      } catch (cause) {
        if (cause instanceof UsageError) throw cause;
        throw new UsageError(`${file} cannot be read: ${messageOf(cause)}.`, { cause });
      }
    },
  };
}
