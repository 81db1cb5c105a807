import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

const folder = new URL("page/", import.meta.url);

/** The palette and what else every page of the project has in common. */
const base = new URL("../../report/base.css", import.meta.url);

const types = {
  "page.html": "text/html; charset=utf-8",
  "base.css": "text/css; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "answer.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml",
  "no-picture.svg": "image/svg+xml",
};

/** What the browser asks for, by its path; the script is bundled from its modules. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const script = bundleScript();
  const files = Object.entries(types).map(async ([name, type]) => {
    const content = await readFile(name === "base.css" ? base : new URL(name, folder));
    return [name === "page.html" ? "/" : `/${name}`, { type, content }] as const;
  });
  return new Map([
    ...(await Promise.all(files)),
    ["/page.js", { type: "text/javascript; charset=utf-8", content: await script }],
  ]);
}

async function bundleScript(): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("main.ts", folder))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}
