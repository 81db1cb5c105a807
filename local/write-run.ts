import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { messageOf, UsageError } from "../pipeline/errors.ts";
import { renderReport } from "../report/render.ts";
import type { RunDocument } from "../report/run-document.ts";
import type { Made } from "./pipeline.ts";

interface Outputs {
  readonly out: string;
  readonly json?: string;
}

/** Whether what a run ends with can be written. @throws UsageError before minutes are spent where it can't. */
export async function checkOutputs({ out, json }: Outputs): Promise<void> {
  const files = [["--out", join(out, "run.json")] as const];
  for (const [option, file] of json === undefined ? files : [...files, ["--json", json] as const]) {
    try {
      const there = await stat(file).catch(() => undefined);
      if (there?.isDirectory() === true) throw new Error(`${file} is a folder`);
      await mkdir(dirname(resolve(file)), { recursive: true });
      const part = partOf(file);
      await writeFile(part, "");
      await rm(part);
    } catch (cause) {
      throw new UsageError(`${option}: nothing can be written there: ${messageOf(cause)}.`, {
        cause,
      });
    }
  }
}

/** Writes `run.json` and, where there is an evaluation to show, `report.html` into `out`. */
export async function writeRun(
  run: RunDocument,
  { evaluationReport: evaluation, monitoring }: Made,
  { out, json }: Outputs,
): Promise<string> {
  const document = `${JSON.stringify(run, undefined, 2)}\n`;
  for (const file of [join(out, "run.json"), ...(json === undefined ? [] : [json])]) {
    await write(file, document);
  }
  const report = join(out, "report.html");
  await write(report, await renderReport({ run, evaluation, monitoring: monitoring?.document }));
  return report;
}

/** Whole or not at all, also beside another run that writes the same file. */
async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(resolve(file)), { recursive: true });
  const part = partOf(file);
  await writeFile(part, text);
  await rename(part, file);
}

function partOf(file: string): string {
  return `${file}.${process.pid}.part`;
}
