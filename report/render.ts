import { readFile } from "node:fs/promises";
import type { Prediction } from "../pipeline/evaluation.ts";
import { championSection } from "./champion-section.ts";
import { count } from "./format.ts";
import { html, type Html, trusted } from "./html.ts";
import { measurement } from "./measurement.ts";
import { operation } from "./operation.ts";
import { provenance } from "./provenance.ts";
import type { DatasetRecord, RunDocument } from "./run-document.ts";
import { stepsTable } from "./steps-table.ts";
import { trialsTable } from "./trials-table.ts";
import { verdict } from "./verdict.ts";
import type { WrongPicture } from "./wrong-pictures.ts";

export interface Report {
  readonly run: RunDocument;
  /** Of all test pictures; empty where the run did not get so far. */
  readonly predictions: readonly Prediction[];
  /** The wrong ones to show, in this order; they may be fewer than there are. */
  readonly wrongPictures: readonly WrongPicture[];
  /** The confidence below which the application does not route, 0 to 1. */
  readonly threshold: number;
}

/**
 * The run as one HTML file that needs nothing else: no network, no script. It follows the reader's
 * light or dark, and every chart has its words.
 */
export async function renderReport(report: Report): Promise<string> {
  const { run } = report;
  const sheets = ["page.css", "parts.css"].map((name) => new URL(name, import.meta.url));
  const styles = await Promise.all(sheets.map((sheet) => readFile(sheet, "utf8")));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title(run)}</title>
        <style>
          ${trusted(styles.join("\n"))}
        </style>
      </head>
      <body>
        <header>
          <h1>Scones pipeline run</h1>
          <p class="soft">
            <time datetime="${run.startedAt}">${readable(run.startedAt)}</time>
          </p>
          ${run.dataset !== undefined && source(run.dataset)}
        </header>
        <main>
          ${verdict(run)} ${championSection(run)} ${await measurement(report)} ${operation(run)}
          ${trialsTable(run)} ${stepsTable(run)} ${provenance(run)}
        </main>
      </body>
    </html>`;
  return `${page.text}\n`;
}

function title({ gate, exitCode }: RunDocument): string {
  if (gate === undefined) return exitCode === 1 ? "Scones: failed" : "Scones";
  return `Scones: ${gate.line}`;
}

function readable(iso: string): string {
  return `${iso.slice(0, 10)}, ${iso.slice(11, 16)} UTC`;
}

function source({ source: name, drawn, insteadOf, train, validation, test }: DatasetRecord): Html {
  return html`<p>
      Pictures: <strong>${name}</strong>, ${count(train)} for training, ${count(validation)} for
      validation, ${count(test)} for the test.
    </p>
    ${
      drawn &&
      html`<p class="notice">
        <strong>These are drawn pictures, not photographs.</strong> The pipeline drew them itself,
        so the figures show that it works, not how well it tells real vehicles apart.
        ${insteadOf !== undefined && `They stand in, because ${insteadOf}`}
      </p>`
    }`;
}
