import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { StepError } from "../pipeline/errors.ts";
import { takeLock } from "./lock.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface GoTool {
  /** The path of its main package: `github.com/rhysd/actionlint/cmd/actionlint`. */
  readonly module: string;
  /** A released version: `v1.7.12`. */
  readonly version: string;
  /** Of the binary, which Go names after the last part of the path. */
  readonly name: string;
}

interface GoToolOptions {
  readonly log?: (line: string) => void;
  /** The folder under which `.tools` is made. */
  readonly root?: string;
  /** The Go command, as found on PATH. */
  readonly go?: string;
  readonly signal?: AbortSignal;
}

/**
 * The binary of a Go program under `.tools`, built by `go install` when this version of it is not
 * there yet. Of two runs at the same time one builds it and the other waits.
 * @returns its path, or undefined, having said so, where Go is not installed.
 * @throws StepError with Go's own last words where the build fails.
 */
export async function ensureGoTool(
  { module, version, name }: GoTool,
  {
    log = console.log,
    root = ROOT,
    go = "go",
    signal = new AbortController().signal,
  }: GoToolOptions = {},
): Promise<string | undefined> {
  const tools = join(root, ".tools");
  const folder = join(tools, `${name}-${version}`);
  const binary = join(folder, name);
  if (await exists(binary)) return binary;
  const run = promisify(execFile);
  const versionOfGo = await run(go, ["version"], { signal }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (versionOfGo === undefined) {
    log(`${name} ${version} is not here and ${go} is not installed: what needs it is left out`);
    return undefined;
  }
  await mkdir(tools, { recursive: true });
  const release = await takeLock(`${folder}.lock`, { what: name, log, signal });
  const part = await mkdtemp(join(tools, `${name}-part-`));
  try {
    if (await exists(binary)) return binary;
    log(`making ${name} ${version} in ${folder} (once, up to a minute)`);
    await run(go, ["install", `${module}@${version}`], {
      env: { ...process.env, GOBIN: part },
      signal,
    });
    // A build that was cut off leaves no binary under the final name.
    await mkdir(folder, { recursive: true });
    await rename(join(part, name), binary);
    return binary;
  } catch (error) {
    signal.throwIfAborted();
    const said = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new StepError(
      `go install ${module}@${version} failed. Check the network and GOPROXY, and run the same command again; nothing half-made is used.\n${said.split("\n").slice(-8).join("\n")}`,
      { cause: error },
    );
  } finally {
    await rm(part, { recursive: true, force: true });
    await release();
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
