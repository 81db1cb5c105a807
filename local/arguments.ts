import { Command } from "commander";
import { CONFIG, readCommandLine } from "../console/command-line.ts";

export interface Arguments {
  readonly config: string;
  /** Undefined: `SCONES_DATASET`, else what the configuration says. */
  readonly dataset?: string;
  readonly out: string;
  readonly json?: string;
  readonly keep: boolean;
  readonly drift: boolean;
}

/**
 * Reads the command line of `npm run local`. Prints help or the complaint itself.
 * @returns the exit code (0 after --help, 2 after a mistake) where there is nothing to run.
 */
export function parseArguments(argv: readonly string[]): Arguments | number {
  const command = new Command("npm run local --")
    .description(
      "Runs the whole pipeline on this machine, start to teardown, on a local AWS: no AWS account, no Docker.",
    )
    .option(
      "--dataset <what>",
      "a CIFAR-100 binary archive, a folder of pictures or an s3://bucket/prefix/ (a class a sub-folder), " +
        "cifar-100, or drawn " +
        "(default: $SCONES_DATASET, else dataset.source of the configuration)",
    )
    .option("--config <file>", "the configuration", CONFIG)
    .option("--out <dir>", "where the report and the run's documents go", "out")
    .option("--json <file>", "also write the run as one JSON document")
    .option(
      "--keep",
      "leave everything up after verify-deployment, with a page to drop photos on, until Ctrl-C",
      false,
    )
    .option(
      "--drift",
      "close the loop: visitors at night and in fog, the monitor finds them, their pictures are labelled, " +
        "the model learns them (about twice as long)",
      false,
    )
    .allowExcessArguments(false)
    .showHelpAfterError("(npm run local -- --help shows the options)")
    .addHelpText(
      "after",
      `
Exit codes:
  0  done, the gate was open
  1  a step failed; with --drift also: the monitor did not say what it should
  2  the command line, the configuration or the dataset is wrong; nothing was started
  3  the gate stayed closed; nothing was deployed
  130, 143  cancelled by Ctrl-C or SIGTERM; everything was torn down

Examples:
  npm run local
  npm run local -- --dataset drawn
  npm run local -- --dataset ~/pictures --json run.json
  npm run local -- --keep
  npm run local -- --dataset drawn --drift`,
    );
  return readCommandLine<Arguments>(command, argv, ({ keep, drift }) => {
    if (keep && drift) command.error("error: --keep and --drift do not go together.");
  });
}
