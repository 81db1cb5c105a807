import { access, glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { StepError } from "../../pipeline/errors.ts";

const STAND_INS = fileURLToPath(new URL("../../test/workflows/stand-ins", import.meta.url));

/**
 * The arguments that make act take other people's actions from the stand-ins, at the commits that the
 * workflows name. actions/checkout needs none: act copies the working copy itself.
 * @throws StepError naming an action without a stand-in, which act would fetch from the network.
 */
export async function standInArguments(
  root: string,
  workflows: readonly string[],
): Promise<string[]> {
  const composites = await Array.fromAsync(glob(".github/actions/*/action.yml", { cwd: root }));
  const files = [...workflows, ...composites].map((file) => join(root, file));
  const used = new Set<string>();
  for (const file of files) collectUses(parse(await readFile(file, "utf8")), used);
  const others = [...used].filter((uses) => !/^(\.\/|actions\/checkout@)/.test(uses));
  return Promise.all(others.map((uses) => standInArgument(uses)));
}

async function standInArgument(uses: string): Promise<string> {
  const [action = "", ref] = uses.split("@");
  const [owner = "", name = ""] = action.split("/");
  const folder = join(STAND_INS, owner, name);
  await access(join(folder, "action.yml")).catch((cause: unknown) => {
    throw new StepError(
      `The workflows use ${action}, which has no stand-in. Make ${folder} with an action.yml.`,
      { cause },
    );
  });
  return `--local-repository=${owner}/${name}@${ref}=${folder}`;
}

/** Every value of a `uses` key, however deep. */
function collectUses(node: unknown, into: Set<string>): void {
  if (typeof node !== "object" || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === "uses" && typeof value === "string") into.add(value);
    else collectUses(value, into);
  }
}
