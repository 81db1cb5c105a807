import { Command, InvalidArgumentError, Option } from "commander";
import { CONFIG, readCommandLine } from "../console/command-line.ts";

/** What to send, how fast, and where to. */
export interface Arguments {
  readonly rate: number;
  /** Seconds. */
  readonly for: number;
  readonly drift: number;
  readonly strangers: number;
  readonly seed: number;
  readonly to: "endpoint" | "state-machine" | "fleet";
  readonly config: string;
  /** Undefined: the configuration's. */
  readonly environment?: string;
  /** Undefined: `SCONES_DATASET`, else what the configuration says. */
  readonly dataset?: string;
  readonly json?: string;
}

const MAX_RATE = 200;
const MAX_SECONDS = 3600;

/**
 * Reads the command line of `npm run traffic`. Prints help or the complaint itself.
 * @returns the exit code (0 after --help, 2 after a mistake) where there is nothing to do.
 */
export function parseArguments(argv: readonly string[]): Arguments | number {
  const command = new Command("npm run traffic --")
    .description(
      "Sends pictures to a deployed application, as visitors would: at their own times (a Poisson process), " +
        "however slow the answers are.",
    )
    .option("--rate <number>", `pictures a second on average, at most ${MAX_RATE}`, rate, 10)
    .option("--for <time>", "how long, as 60s or 5m; at most an hour", seconds, 60)
    .option("--drift <share>", "share of pictures taken at night, in fog or blurred", share, 0)
    .option("--strangers <share>", "share of drawn pictures of anything else", share, 0)
    .option("--seed <number>", "the same seed sends the same pictures at the same times", seed, 1)
    .addOption(
      new Option("--to <what>", "who gets them")
        .choices(["endpoint", "state-machine", "fleet"])
        .default("state-machine"),
    )
    .option(
      "--dataset <what>",
      "whose test pictures: as of npm run local (default: $SCONES_DATASET, else the configuration's)",
    )
    .option("--config <file>", "the configuration, which names the stack", CONFIG)
    .option("--environment <name>", "another one than the configuration's: local for npm run app")
    .option("--json <file>", "also write the outcome as JSON")
    .allowExcessArguments(false)
    .showHelpAfterError("(npm run traffic -- --help shows the options)")
    .addHelpText(
      "after",
      `
It finds AWS as every AWS tool does, by the environment. --to fleet stages rate x time pictures under a
prefix and sends them at once, as one execution; there are no latencies of single pictures then.

On AWS 1,000 pictures cost about half a US cent for Step Functions and Lambda (as a fleet twice that, for
their staging), and nothing more with --to endpoint. The endpoint costs by the hour, and may scale out
under load; every inference is captured to S3. No notices are published, but one for a fleet.

Exit codes:
  0  done, whatever the answers were
  1  it could not be done, or the fleet failed
  2  the command line, the configuration or the application is wrong; nothing was sent
  130, 143  cancelled by Ctrl-C or SIGTERM; a fleet is stopped, else the table says what came back

Examples:
  npm run traffic -- --rate 20 --for 60s --drift 0.3
  npm run traffic -- --strangers 0.2 --to endpoint
  npm run traffic -- --to fleet --rate 100 --for 1m --environment local`,
    );
  return readCommandLine<Arguments>(command, argv, ({ drift, strangers }) => {
    if (drift + strangers > 1) {
      command.error("error: --drift and --strangers are more than 1 together.");
    }
  });
}

function rate(text: string): number {
  return within(text, Number(text), 0.01, MAX_RATE, "pictures a second");
}

function seconds(text: string): number {
  const [, number = "", unit = "s"] = /^([\d.]+)(s|m|h)?$/.exec(text) ?? [];
  const value = Number(number || NaN) * { s: 1, m: 60, h: 3600 }[unit as "s" | "m" | "h"];
  return within(text, value, 1, MAX_SECONDS, "seconds");
}

function share(text: string): number {
  return within(text, Number(text), 0, 1, "as a share");
}

function seed(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is no whole number of at most nine digits.`);
}

function within(text: string, value: number, low: number, high: number, what: string): number {
  if (text.trim() !== "" && value >= low && value <= high) return value;
  throw new InvalidArgumentError(`"${text}" is not from ${low} to ${high} ${what}.`);
}
