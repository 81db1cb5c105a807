import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { access, glob, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { StepError, UsageError } from "../pipeline/errors.ts";
import { takeLock } from "./lock.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface VenvOptions {
  /** The folder of `requirements.txt`, where `.venv` is made. */
  readonly root?: string;
  /** What is in it, for the line that says that it is made. */
  readonly holding?: string;
  /** The interpreter, as found on PATH. */
  readonly python?: string;
  readonly signal?: AbortSignal;
}

/**
 * The project's `.venv` with everything of `requirements.txt`, made when it is missing or when the
 * requirements changed. Of two runs at the same time one makes it and the other waits.
 * @returns the folder's path.
 * @throws UsageError where python3 or its venv module is absent or too old; StepError where pip fails.
 */
export async function ensureVenv(
  log: (line: string) => void,
  {
    root = ROOT,
    holding = "ministack and the linters",
    python = "python3",
    signal = new AbortController().signal,
  }: VenvOptions = {},
): Promise<string> {
  const folder = join(root, ".venv");
  const requirements = join(root, "requirements.txt");
  const hash = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex");
  if (await isCurrent(folder, hash)) return folder;
  await checkPython(python);
  const release = await takeLock(join(root, ".venv.lock"), { what: ".venv", log, signal });
  try {
    if (!(await isCurrent(folder, hash)))
      await make({ folder, requirements, hash, holding, python, log, signal });
  } finally {
    await release();
  }
  return folder;
}

interface Making {
  readonly folder: string;
  readonly requirements: string;
  readonly hash: string;
  readonly holding: string;
  readonly python: string;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The stamp is written last: a folder without it is made again. */
async function make(making: Making): Promise<void> {
  const { folder, requirements, hash, holding, python, log, signal } = making;
  log(`making ${folder} (${holding}; once, about half a minute)`);
  const started = Date.now();
  await run(python, ["-m", "venv", "--clear", folder], "python3 -m venv", signal);
  const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"];
  await run(
    join(folder, "bin", "python"),
    [...pip, "--retries", "2", "--timeout", "20", "--requirement", requirements],
    "pip install",
    signal,
  );
  await writeFile(join(folder, "requirements.sha256"), hash);
  log(`made ${folder} in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

/** The folder of AWS's API models, which botocore brings: `<service>/<version>/service-2.json.gz`. */
export async function apiModelsOf(venv: string): Promise<string> {
  for await (const folder of glob(
    join(venv, "lib", "python3*", "site-packages", "botocore", "data"),
  )) {
    return folder;
  }
  throw new StepError(`${venv} holds no botocore. Delete it and run again to make it anew.`);
}

async function isCurrent(folder: string, hash: string): Promise<boolean> {
  try {
    await access(join(folder, "bin", "python"));
    return (await readFile(join(folder, "requirements.sha256"), "utf8")) === hash;
  } catch {
    return false;
  }
}

async function checkPython(python: string): Promise<void> {
  const probe = [
    "import sys, importlib.util as u",
    "print(sys.version_info >= (3, 10), all(u.find_spec(m) for m in ('venv', 'ensurepip')), sys.version.split()[0])",
  ].join("\n");
  const { stdout } = await promisify(execFile)(python, ["-c", probe]).catch((cause: unknown) => {
    throw new UsageError(
      `${python} does not run: the local AWS needs Python 3.10 or newer. Install it (Debian and Ubuntu: apt install python3 python3-venv).`,
      { cause },
    );
  });
  const [isNew, hasVenv, version] = stdout.trim().split(" ");
  if (isNew !== "True") {
    throw new UsageError(
      `${python} is Python ${version}: the local AWS needs 3.10 or newer, first on PATH.`,
    );
  }
  if (hasVenv !== "True") {
    throw new UsageError(
      `${python} (${version}) lacks its venv module. Install it (Debian and Ubuntu: apt install python3-venv).`,
    );
  }
}

/** Runs to the end; the last lines of what it said stand in the error. */
async function run(
  command: string,
  args: readonly string[],
  what: string,
  signal: AbortSignal,
): Promise<void> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], signal });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  if (code === 0) return;
  const unreachable = /NewConnectionError|ConnectTimeout|NameResolutionError|ProxyError|SSLError/;
  const next = unreachable.test(said)
    ? "The Python package index cannot be reached: check the network, or name a mirror in PIP_INDEX_URL."
    : "Run the same command again; nothing half-made is used.";
  throw new StepError(
    `${what} ended with ${code}. ${next}\n${said.trim().split("\n").slice(-8).join("\n")}`,
  );
}
