import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { readCommands, type Annotation } from "./workflow-commands.ts";

const ACTIONS = new URL("../../actions/", import.meta.url);
const LIMIT_MS = 50_000;
/** Halves what Node.js needs to start an action. */
const COMPILED = fileURLToPath(new URL("../../node_modules/.cache/actions", import.meta.url));

/** What is read here of action.yml. */
interface Definition {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly main: string };
}

/** What GitHub has of a step once it is over. */
export interface ActionRun {
  /** Its exit code; null where a signal ended the process. */
  readonly code: number | null;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Everything it said but workflow commands. */
  readonly log: string;
  readonly annotations: readonly Annotation[];
  /** What it asked GitHub to mask. */
  readonly masked: readonly string[];
  /** Milliseconds from the signal to the end; NaN without one. */
  readonly endedAfterMs: number;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The working directory, with pipeline.yaml. */
  readonly workspace?: string;
  /** The folder of the actions. */
  readonly actions?: URL;
  /** Sends the signal once the log matches. */
  readonly signalAt?: { readonly says: RegExp; readonly signal: NodeJS.Signals };
}

/**
 * Runs an action's real entry in a process of its own as GitHub's runner does: inputs and the defaults
 * of action.yml as `INPUT_*`, files for outputs and the summary, nothing of this process's environment.
 * @throws Error where action.yml lacks an input, or the process does not end within 50 s.
 */
export async function runAction(
  step: string,
  inputs: Readonly<Record<string, string | number | boolean>>,
  { environment = {}, workspace = tmpdir(), actions = ACTIONS, signalAt }: RunOptions = {},
): Promise<ActionRun> {
  const action = new URL(`${step}/`, actions);
  const definition = parse(await readFile(new URL("action.yml", action), "utf8")) as Definition;
  const folder = await mkdtemp(join(tmpdir(), "scones-action-"));
  const files = { GITHUB_OUTPUT: join(folder, "output"), GITHUB_STEP_SUMMARY: join(folder, "md") };
  try {
    for (const file of Object.values(files)) await writeFile(file, "");
    const child = spawn(process.execPath, [fileURLToPath(new URL(definition.runs.main, action))], {
      cwd: workspace,
      env: {
        PATH: process.env["PATH"],
        HOME: folder,
        NODE_COMPILE_CACHE: COMPILED,
        GITHUB_ACTIONS: "true",
        GITHUB_RUN_ID: "4711",
        GITHUB_RUN_ATTEMPT: "1",
        GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
        GITHUB_REPOSITORY: "scones-unlimited/scones",
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_WORKSPACE: workspace,
        ...files,
        ...environment,
        ...inputVariables(definition, inputs),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    let signalled = Number.NaN;
    const listen = (chunk: string) => {
      said += chunk;
      if (signalAt === undefined || !Number.isNaN(signalled) || !signalAt.says.test(said)) return;
      signalled = Date.now();
      child.kill(signalAt.signal);
    };
    child.stdout.setEncoding("utf8").on("data", listen);
    child.stderr.setEncoding("utf8").on("data", listen);
    const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject).on("close", resolve);
    });
    const endedAfterMs = Date.now() - signalled;
    clearTimeout(limit);
    if (child.signalCode === "SIGKILL") throw new Error(`${step} did not end:\n${said}`);
    return {
      code,
      outputs: readOutputs(await readFile(files.GITHUB_OUTPUT, "utf8")),
      summary: await readFile(files.GITHUB_STEP_SUMMARY, "utf8"),
      endedAfterMs,
      ...readCommands(said),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As the runner makes them: what `with` gives, else action.yml's default, else nothing. */
function inputVariables(
  { inputs }: Definition,
  given: Readonly<Record<string, string | number | boolean>>,
): Record<string, string> {
  const stranger = Object.keys(given).find((name) => !(name in inputs));
  if (stranger !== undefined) throw new Error(`action.yml has no input ${stranger}`);
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]) => {
      const value = given[name] ?? input.default;
      return value === undefined ? [] : [[`INPUT_${name.toUpperCase()}`, String(value)]];
    }),
  );
}

/** GITHUB_OUTPUT: `name<<delimiter`, the value's lines, the delimiter. */
function readOutputs(text: string): Record<string, string> {
  const found = text.matchAll(/^(?<name>[^\n]+)<<(?<end>\S+)\n(?<value>[^]*?)\n\k<end>$/gm);
  return Object.fromEntries([...found].map(({ groups }) => [groups?.["name"], groups?.["value"]]));
}
