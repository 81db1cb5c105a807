import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { overridesOf } from "../console/command-line.ts";
import { Display } from "../console/display.ts";
import { runCommand } from "../console/run-command.ts";
import { type Config, loadConfig } from "../pipeline/config.ts";
import type { Context } from "../pipeline/context.ts";
import { messageOf, UsageError } from "../pipeline/errors.ts";
import { removeLabels } from "../pipeline/labels/remove-labels.ts";
import { uploadLabels } from "../pipeline/labels/upload-labels.ts";
import { type Arguments, parseArguments } from "./arguments.ts";
import { bucketOf } from "./bucket.ts";
import { listPictures } from "./list-pictures.ts";
import { readLabels } from "./read-labels.ts";

const display = new Display(process.stdout);
const options = parseArguments(process.argv.slice(2));
process.exitCode = typeof options === "number" ? options : await main(options);

/** Lists what is to be labelled, or uploads labels, and says what it did. Returns the exit code. */
async function main(args: Arguments): Promise<number> {
  return await runCommand(display, async (context) => {
    for (const line of await run(context, args)) display.say(line);
  });
}

async function run(context: Context, args: Arguments): Promise<string[]> {
  const { file, list } = args;
  const config = await loadConfig(args.config, overridesOf(args, ["environment", "bucket"]));
  if (list !== undefined) return await listPictures(context, config, { ...args, list });
  const { classes, background } = config.dataset;
  const known = background.count > 0 ? [...classes, background.name] : classes;
  // A wrong line is to be told before anything is asked of AWS.
  const { labels, removed, blank } = await readLabels(linesOf(file), {
    name: file === undefined || file === "-" ? "standard input" : basename(file),
    classes: known,
  });
  const unsaid = blank === 0 ? "" : `; ${blank} lines have no class yet`;
  if (labels.length + removed.size === 0) return [`no labels${unsaid}`];
  const bucket = await bucketOf(context, config);
  const gone = await remove(context, config, bucket, removed);
  if (labels.length === 0) return [...gone, ...(unsaid === "" ? [] : [unsaid.slice(2)])];
  const { added, changed, same, written } = await uploadLabels(context, config, { bucket, labels });
  return [
    `${labels.length} labels: ${added} new, ${changed} changed, ${same} there already${unsaid}`,
    ...gone,
    ...written,
    "The next run of the workflow Pipeline trains with them (docs/drift.md).",
  ];
}

async function remove(
  context: Context,
  config: Config,
  bucket: string,
  eventIds: ReadonlySet<string>,
): Promise<string[]> {
  if (eventIds.size === 0) return [];
  const { removed, left } = await removeLabels(context, config, { bucket, eventIds });
  return [
    `${removed} labels removed, of ${eventIds.size}; data sets that were staged with them keep their pictures`,
    ...left.map(
      (uri) => `${uri} still names some of them: others wrote it; take their lines out there`,
    ),
  ];
}

async function* linesOf(file: string | undefined): AsyncGenerator<string> {
  const input = file === undefined || file === "-" ? process.stdin : createReadStream(file);
  try {
    yield* createInterface({ input, crlfDelay: Infinity });
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
