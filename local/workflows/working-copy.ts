import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isScalar, parseDocument } from "yaml";
import { UsageError } from "../../pipeline/errors.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** A scalar of pipeline.yaml, by the path to it, and what stands in its place. */
export type Edit = readonly [path: readonly string[], value: string | number];

/** A git repository with one branch, `main`, whose first commit is the project as it lies here. */
export interface WorkingCopy {
  readonly folder: string;
  /** The commit that `main` is at. */
  readonly head: () => Promise<string>;
  /** A commit that changes nothing. */
  readonly commit: (message: string) => Promise<void>;
}

/**
 * Copies the project, uncommitted work included, what git ignores left out, into a new repository,
 * and makes the given changes to its pipeline.yaml. Nothing else differs from the original.
 * @throws UsageError where the project is no git checkout.
 */
export async function openWorkingCopy(
  folder: string,
  edits: readonly Edit[],
): Promise<WorkingCopy> {
  for (const file of await filesOf(ROOT)) {
    const target = join(folder, file);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(ROOT, file), target).catch((error: NodeJS.ErrnoException) => {
      // Deleted here, and not yet committed.
      if (error.code !== "ENOENT") throw error;
    });
  }
  const file = join(folder, "pipeline.yaml");
  await writeFile(file, edits.reduce(replaceScalar, await readFile(file, "utf8")));
  const who = ["-c", "user.name=scones", "-c", "user.email=scones@localhost"];
  const git = (...args: readonly string[]) =>
    run("git", ["-C", folder, ...who, ...args], {
      // Neither the user's hooks and signatures nor, within a hook, the user's repository.
      env: { ...withoutGit(process.env), GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
    });
  const commit = async (message: string) => {
    await git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", message);
  };
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await commit("The project as it is here");
  return { folder, commit, head: async () => (await git("rev-parse", "HEAD")).stdout.trim() };
}

/** In the text itself, so that nothing else of it changes. */
function replaceScalar(text: string, [path, value]: Edit): string {
  const node = parseDocument(text).getIn(path, true);
  if (!isScalar(node) || !node.range) throw new Error(`pipeline.yaml has no ${path.join(".")}`);
  return text.slice(0, node.range[0]) + String(value) + text.slice(node.range[1]);
}

async function filesOf(root: string): Promise<string[]> {
  const args = ["-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await run("git", [...args, "--deduplicate"], {
    maxBuffer: 2 ** 26,
    env: withoutGit(process.env),
  }).catch((cause: unknown) => {
    throw new UsageError(
      `${root} is no git checkout, or git is not installed: the workflows run on a clone. Run this in a clone of the repository.`,
      { cause },
    );
  });
  return stdout.split("\0").filter((file) => file !== "");
}

function withoutGit(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith("GIT_")),
  );
}
