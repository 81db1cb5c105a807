import { readFile } from "node:fs/promises";

/**
 * The text of `preprocessor.py`, before it knows the classes of a model. A bundled action carries it in
 * this module's place.
 */
export async function preprocessorScript(): Promise<string> {
  return readFile(new URL("preprocessor.py", import.meta.url), "utf8");
}
