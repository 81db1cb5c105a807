import { readFile } from "node:fs/promises";

const sheets = ["base.css", "page.css", "parts.css", "monitoring.css"];

/** The pages' style sheets, as one text. A bundled action carries it: see actions/bundle.ts. */
export async function reportStyles(): Promise<string> {
  const texts = sheets.map((name) => readFile(new URL(name, import.meta.url), "utf8"));
  return (await Promise.all(texts)).join("\n");
}
