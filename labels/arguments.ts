import { Command, InvalidArgumentError, Option } from "commander";
import { CONFIG, readCommandLine, typed } from "../console/command-line.ts";

/** What to label, or the labels; exactly one of `file` and `list`. */
export interface Arguments {
  /** `-` is the standard input. */
  readonly file?: string;
  /** The folder that gets the pictures. */
  readonly list?: string;
  readonly count: number;
  readonly hours: number;
  readonly by: "confidence" | "unlike";
  readonly config: string;
  /** Undefined: the configuration's. */
  readonly environment?: string;
  /** Undefined: the configuration's, else the one that the endpoint captures to. */
  readonly bucket?: string;
}

/** The command that uploads the labels of a list made with these options. */
export function uploadCommand(
  { config, environment, bucket }: Pick<Arguments, "config" | "environment" | "bucket">,
  file: string,
): string {
  return `npm run labels --${typed({ environment, config, bucket })} ${file}`;
}

/**
 * Reads the command line of `npm run labels`. Prints help or the complaint itself.
 * @returns the exit code (0 after --help, 2 after a mistake) where there is nothing to do.
 */
export function parseArguments(argv: readonly string[]): Arguments | number {
  const command = new Command("npm run labels --")
    .description(
      "Says what captured pictures show. --list writes the ones that are worth a label into a folder, with a " +
        "page and a table to fill in; given that table, it uploads the labels as SageMaker Model Monitor's ground truth.",
    )
    .argument(
      "[file]",
      "labels: CSV (eventId,class) or a JSON object a line; - reads standard input",
    )
    .option("--list <folder>", "write pictures that are not labelled yet, and labels.csv")
    .option("--count <number>", "so many pictures at most", whole, 300)
    .option(
      "--hours <number>",
      "captured in the last so many hours by the model that serves",
      positive,
      24,
    )
    .addOption(
      new Option(
        "--by <what>",
        "which pictures first: those that the model is least sure of, or look the strangest",
      )
        .choices(["confidence", "unlike"])
        .default("confidence"),
    )
    .option("--config <file>", "the configuration", CONFIG)
    .option("--environment <name>", "another one than the configuration's: local for npm run app")
    .option(
      "--bucket <name>",
      "the artifact bucket (default: the configuration's, else the endpoint's)",
    )
    .allowExcessArguments(false)
    .showHelpAfterError("(npm run labels -- --help shows the options)")
    .addHelpText(
      "after",
      `
It finds AWS as every AWS tool does, by the environment. A quarter of the pictures are by lot whatever --by says:
they are what a retrained model is measured on. A line without a class is left for later; one that is uploaded
again changes nothing; another class takes the place of the former, and the class -
removes it with its picture's copy. Removals come first.

Exit codes:
  0  done
  1  it could not be done, or an event was not captured; some labels may be written: run it again
  2  the command line, the configuration or a line of the labels is wrong; nothing was uploaded
  130, 143  cancelled by Ctrl-C or SIGTERM

Examples:
  npm run labels -- --list to-label --count 400
  npm run labels -- to-label/labels.csv
  echo '{"eventId":"...","class":"bicycle"}' | npm run labels -- -`,
    );
  const given = readCommandLine<Omit<Arguments, "file">>(command, argv, ({ list }) => {
    if ((list === undefined) === (command.args[0] === undefined)) {
      command.error("error: name a file with labels, or a folder with --list, and not both.");
    }
  });
  if (typeof given === "number") return given;
  const [file] = command.args;
  return { ...given, ...(file !== undefined && { file }) };
}

function whole(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError(`"${text}" is no whole number from 1 to 99999.`);
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= 8760) return value;
  throw new InvalidArgumentError(`"${text}" is no number above 0, and at most 8760, a year.`);
}
