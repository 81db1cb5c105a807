import { messageOf, UsageError } from "../pipeline/errors.ts";

/** What a bench's module, beside this one, exports. */
interface Bench {
  readonly usage: string;
  run(args: string[]): Promise<void>;
}

/** Each bench's module, and what it measures. */
const BENCHES: Readonly<Record<string, string>> = {
  accuracy: "cross-validated accuracy of the local image classification",
  scaling: "requests a second of a local endpoint on one instance and on two",
  drift: "how often the monitor finds a change of input, and how often it cries wolf",
  monitor: "records a second that the monitor reads, beside JSON.parse alone and pandas",
  teardown: "seconds to empty 10,000 objects with their versions, beside aws s3 rm",
  strangers: "how many pictures of anything else a model takes for vehicles",
  staging: "seconds and memory of staging a whole CIFAR-100, and PNG encoding beside sharp",
};

const usage = `usage: npm run bench -- NAME [ARGUMENTS]

${Object.entries(BENCHES)
  .map(([name, what]) => `  ${name.padEnd(12)}${what}`)
  .join("\n")}

  NAME --help   says what a bench takes`;

const [name = "--help", ...args] = process.argv.slice(2);
if (name === "--help" || name === "-h") {
  console.log(usage);
} else if (Object.hasOwn(BENCHES, name)) {
  const bench = (await import(`./${name}.ts`)) as Bench;
  if (args.includes("--help")) console.log(bench.usage);
  else await bench.run(args).catch((error: unknown) => refuse(error, bench.usage));
} else {
  console.error(`There is no bench ${name}.\n\n${usage}`);
  process.exitCode = 2;
}

/** A wrong command line is no crash. */
function refuse(error: unknown, help: string): void {
  const isWrong = error instanceof UsageError || codeOf(error).startsWith("ERR_PARSE_ARGS_");
  if (!isWrong) throw error;
  console.error(`${messageOf(error)}\n\n${help}`);
  process.exitCode = 2;
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown }).code);
}
