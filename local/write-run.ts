import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { renderReport } from "../report/render.ts";
import type { RunDocument } from "../report/run-document.ts";
import type { Made } from "./pipeline.ts";

/** Writes `run.json` and, where there is an evaluation to show, `report.html` into `out`. */
export async function writeRun(
  run: RunDocument,
  { evaluationReport: evaluation, monitoring }: Made,
  { out, json }: { out: string; json?: string },
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
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, text);
  await rename(part, file);
}
