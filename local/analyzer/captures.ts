import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const driver = fileURLToPath(new URL("preprocess.py", import.meta.url));

/** A line of a capture file, as far as it is looked at. */
export interface Captured {
  readonly eventMetadata: {
    readonly eventId: string;
    readonly inferenceId?: string;
    readonly inferenceTime: string;
  };
  readonly groundTruthData?: { readonly data: string };
}

/** What a preprocessor script makes of a capture: features by name. */
export type FlatRecord = Readonly<Record<string, Value>>;

export type Value = string | number | boolean | null | undefined;

/** The lines of all `.jsonl` files in a folder, sub-folders too, by their names. */
export async function* linesIn(folder: string): AsyncGenerator<string> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  for (const file of files.toSorted((a, b) => (a < b ? -1 : 1))) {
    if (!file.endsWith(".jsonl")) continue;
    for await (const line of createInterface({
      input: createReadStream(path.join(folder, file)),
    })) {
      if (line.trim() !== "") yield line;
    }
  }
}

/** The captures of a window, which counts from its first second on: captures carry whole seconds. */
export async function* capturesIn(
  folder: string,
  { start, end }: { readonly start: Date; readonly end: Date },
): AsyncGenerator<Captured> {
  for await (const line of linesIn(folder)) {
    const captured = JSON.parse(line) as Captured;
    const time = second(new Date(captured.eventMetadata.inferenceTime));
    if (time >= second(start) && time < second(end)) yield captured;
  }
}

function second(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/**
 * The records that a preprocessor script makes of captures, each with its capture, one after the other.
 * Python sees neither its environment nor what is installed beside it, as in AWS's container.
 * @throws Error with the script's own words where it fails.
 */
export async function* preprocess(
  { python, script }: { readonly python: string; readonly script: string },
  captures: AsyncIterable<Captured>,
): AsyncGenerator<{ captured: Captured; records: readonly FlatRecord[] }> {
  const child = spawn(python, ["-I", "-S", driver, script], { stdio: ["pipe", "pipe", "pipe"] });
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  child.stdin.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      errors.push(error.message);
      resolve();
    });
    child.on("close", () => resolve());
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    for await (const captured of captures) {
      child.stdin.write(`${JSON.stringify(captured)}\n`);
      const { value, done } = await answers.next();
      if (done === true) {
        await ended;
        const last = errors.join("").trim().split("\n").at(-1) ?? "";
        throw new Error(`Exception while invoking preprocessor script: ${last}`);
      }
      yield { captured, records: JSON.parse(value) as FlatRecord[] };
    }
  } finally {
    child.stdin.end();
    child.kill();
    await ended;
  }
}
