import { Display } from "../console/display.ts";
import { ensureGoTool } from "./go-tool.ts";
import { ACT } from "./workflows/act.ts";
import { parseArguments, type Arguments } from "./workflows/arguments.ts";
import { proofs, type Proof, withNeeded } from "./workflows/proofs.ts";
import { startProver, type Proven } from "./workflows/prove.ts";
import { cancelOnSignals } from "../pipeline/cancel.ts";
import { messageOf, UsageError } from "../pipeline/errors.ts";

const display = new Display(process.stdout);
const log = (line: string) => display.line(line);
const options = parseArguments(process.argv.slice(2));
process.exitCode = typeof options === "number" ? options : await main(options);

/** Runs the workflows and shows what they did. Returns the exit code. */
async function main({ only, out, verbose }: Arguments): Promise<number> {
  using cancel = cancelOnSignals((signal) => display.say(`\n${signal}: ending the run`));
  const { signal } = cancel;
  try {
    const act = await ensureGoTool(ACT, { log, signal });
    if (act === undefined) return 2;
    display.heading("local AWS and local GitHub");
    const wanted = only === undefined ? proofs : withNeeded(only);
    const done: [Proof, Proven][] = [];
    {
      await using prover = await startProver({
        act,
        out,
        signal,
        log,
        onStep: (job, { name, seconds, succeeded }) => {
          const line = `${job.id.padEnd(9)} ${seconds.toFixed(1).padStart(5)} s  ${name}`;
          display.line(succeeded ? line : display.bad(line));
        },
      });
      for (const proof of wanted) {
        const { name, workflow } = proof.event;
        display.heading(`${proof.name}: ${name} runs ${workflow}`);
        const proven = await prover.prove(proof);
        const lines = proven.run.text.slice(verbose || proven.complaints.length === 0 ? 0 : -30);
        if (verbose || proven.complaints.length > 0) for (const line of lines) log(line);
        for (const complaint of proven.complaints) log(display.bad(complaint));
        done.push([proof, proven]);
      }
    }
    showTable(done);
    display.say(`\nLogs and job summaries: ${out}`);
    return done.every(([, { complaints }]) => complaints.length === 0) ? 0 : 1;
  } catch (error) {
    if (cancel.exitCode !== undefined) return cancel.exitCode;
    display.say(display.bad(messageOf(error)));
    return error instanceof UsageError ? 2 : 1;
  }
}

function showTable(done: readonly [Proof, Proven][]): void {
  display.say();
  for (const [{ name, claim, event }, { complaints, seconds }] of done) {
    const mark = complaints.length === 0 ? display.good("proven") : display.bad("belied");
    const time = `${seconds.toFixed(1).padStart(5)} s`;
    display.say(`${mark}  ${time}  ${name.padEnd(12)} ${event.workflow.padEnd(13)} ${claim}`);
  }
}
