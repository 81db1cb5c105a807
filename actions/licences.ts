import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The names, versions and licence texts of the packages that these files of `node_modules` belong to;
 * files outside it are left out.
 */
export async function licencesOf(root: string, files: readonly string[]): Promise<string> {
  const folders = new Set(files.flatMap((file) => packageFolder(file) ?? []));
  const parts = await Promise.all(
    [...folders].toSorted().map(async (folder) => {
      const text = await readFile(join(root, folder, "package.json"), "utf8");
      const { name, version, license } = JSON.parse(text) as Record<string, string>;
      const texts = glob("{licen[cs]e,notice,LICEN[CS]E,NOTICE}*", { cwd: join(root, folder) });
      const contents = await Array.fromAsync(texts, (file) =>
        readFile(join(root, folder, file), "utf8"),
      );
      return [`${name} ${version} (${license})`, ...contents.map((each) => each.trim())].join(
        "\n\n",
      );
    }),
  );
  return `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/** `node_modules/a/node_modules/@b/c` of a file in it. */
function packageFolder(file: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
}
