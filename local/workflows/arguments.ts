import { Command } from "commander";
import { proofs } from "./proofs.ts";
import { readCommandLine } from "../../console/command-line.ts";

export interface Arguments {
  /** Names of proofs; undefined: all. */
  readonly only?: readonly string[];
  readonly out: string;
  readonly verbose: boolean;
}

/**
 * Reads the command line of `npm run workflows`. Prints help or the complaint itself.
 * @returns the exit code (0 after --help, 2 after a mistake) where there is nothing to run.
 */
export function parseArguments(argv: readonly string[]): Arguments | number {
  const names = proofs.map(({ name }) => name);
  const command = new Command("npm run workflows --")
    .description(
      "Runs the workflows of .github/workflows with act, on this machine, against a local AWS, and checks what they did. Go builds act when it is not there yet.",
    )
    .option("--out <dir>", "where logs and job summaries go", "out/workflows")
    .option("--verbose", "show every line of the steps", false)
    .option("--only <names>", "these runs and what they need, between commas", (value) =>
      value.split(","),
    )
    .allowExcessArguments(false)
    .showHelpAfterError("(npm run workflows -- --help shows the options)")
    .addHelpText(
      "after",
      `
Runs:
${proofs.map(({ name, claim }) => `  ${name.padEnd(12)} ${claim}`).join("\n")}

Exit codes:
  0  all did what they claim
  1  one did not
  2  the command line is wrong, or Go is missing to build act: nothing was run
  130, 143  cancelled; every process was ended

Examples:
  npm run workflows
  npm run workflows -- --only push --verbose`,
    );
  return readCommandLine<Arguments>(command, argv, ({ only }) => {
    const unknown = only?.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      command.error(`error: there is no run "${unknown}"; the runs are ${names.join(", ")}`);
    }
  });
}
