import { Command, InvalidArgumentError } from "commander";
import type { Usage } from "../pipeline/prices/costs.ts";
import { CONFIG, readCommandLine } from "../console/command-line.ts";

/** What an estimate rests on where nothing else is said. */
export const assumed: Usage = {
  trainingMinutes: 10,
  evaluationMinutes: 5,
  testPictures: 200,
  picturesPerMonth: 10_000,
};

export interface Arguments extends Partial<Usage> {
  readonly config: string;
  /** The document of a run, whose minutes and pictures are taken. */
  readonly run?: string;
  /** Undefined: the configuration's. */
  readonly environment?: string;
  /** Undefined: the configuration's. */
  readonly region?: string;
  readonly json: boolean;
}

/**
 * Reads the command line of `npm run cost`. Prints help or the complaint itself.
 * @returns the exit code (0 after --help, 2 after a mistake) where there is nothing to do.
 */
export function parseArguments(argv: readonly string[]): Arguments | number {
  const command = new Command("npm run cost --")
    .description(
      "Says what the pipeline of a configuration costs on AWS: a run, an hour of serving, a month, 1,000 pictures, " +
        "and what a teardown saves. It asks nobody: prices are those of pipeline/prices/prices.json, with their sources.",
    )
    .option("--config <file>", "the configuration", CONFIG)
    .option("--environment <name>", "another one than the configuration's")
    .option("--region <name>", "another one than the configuration's")
    .option(
      "--run <file>",
      "what a run took, of the file that its --json wrote; what is given below wins",
    )
    .option(
      "--training-minutes <number>",
      `that a training job bills, as its summary says (default: ${assumed.trainingMinutes})`,
      positive,
    )
    .option(
      "--evaluation-minutes <number>",
      `that the transform job bills (default: ${assumed.evaluationMinutes})`,
      positive,
    )
    .option("--test-pictures <number>", `in the dataset (default: ${assumed.testPictures})`, count)
    .option(
      "--pictures-per-month <number>",
      `that visitors send (default: ${assumed.picturesPerMonth})`,
      count,
    )
    .option("--json", "as one JSON document", false)
    .allowExcessArguments(false)
    .showHelpAfterError("(npm run cost -- --help shows the options)")
    .addHelpText(
      "after",
      `
A price that no source gives is "unknown", and a total with one says "at least". Left out are taxes, free tiers,
savings plans, transfer, and the disks of jobs and instances. Model Monitor counts where the configuration asks for
it, with five minutes a job. The minutes of --run are by the clock of the machine that it ran on; AWS's instances are
others, and it bills no time to start them.

Exit codes:
  0  done
  2  the command line or the configuration is wrong

Examples:
  npm run cost
  npm run local -- --json run.json && npm run cost -- --run run.json
  npm run cost -- --region eu-west-1 --pictures-per-month 100000`,
    );
  return readCommandLine<Arguments>(command, argv);
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError(`"${text}" is no number above 0.`);
}

function count(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is no whole number of at most twelve digits.`);
}
