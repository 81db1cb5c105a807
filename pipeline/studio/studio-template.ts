import { readFile } from "node:fs/promises";

/**
 * Reads Studio's template. In an action that is bundled for release, which has no sources,
 * actions/bundle.ts puts the text in place of this module.
 */
export function studioTemplate(): Promise<string> {
  return readFile(new URL("../../cloudformation/studio.yaml", import.meta.url), "utf8");
}
