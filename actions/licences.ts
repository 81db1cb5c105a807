import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The packages that these files of `node_modules` belong to, each with its version and licence, above
 * the text that they share; files outside `node_modules` are left out.
 */
export async function licencesOf(root: string, files: readonly string[]): Promise<string> {
  const packages = new Set(files.flatMap((file) => packageFolder(file) ?? []));
  const byText = new Map<string, string[]>();
  for (const folder of [...packages].toSorted()) {
    const { heading, text } = await licenceOf(join(root, folder));
    byText.set(text, [...(byText.get(text) ?? []), heading]);
  }
  const parts = [...byText].map(([text, headings]) => `${headings.join("\n")}\n\n${text}`);
  return `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

async function licenceOf(folder: string): Promise<{ heading: string; text: string }> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  ) as Record<string, string>;
  const found = (pattern: string) => Array.fromAsync(glob(pattern, { cwd: folder }));
  const named = await found("{[Ll][Ii][Cc][Ee][Nn][CcSs][Ee],NOTICE}*");
  // The packages with libvips name those of its many parts there.
  const files = named.length > 0 ? named : await found("README*");
  const texts = files.toSorted().map(async (file) => readFile(join(folder, file), "utf8"));
  const text = (await Promise.all(texts)).map((each) => each.trim()).join("\n\n");
  return { heading: `${name} ${version} (${license})`, text };
}

/** `node_modules/a/node_modules/@b/c` of a file in it. */
function packageFolder(file: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
}
