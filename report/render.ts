import { readFile } from "node:fs/promises";
import type { Prediction } from "../pipeline/evaluation.ts";
import { calibrationChart } from "./calibration-chart.ts";
import { confidenceChart, confidenceSentence } from "./confidence-chart.ts";
import { confusionTable } from "./confusion-table.ts";
import { count } from "./format.ts";
import { html, type Html, trusted } from "./html.ts";
import { operation } from "./operation.ts";
import { provenance } from "./provenance.ts";
import { rocChart } from "./roc-chart.ts";
import type { DatasetRecord, EvaluationRecord, RunDocument } from "./run-document.ts";
import { stepsTable } from "./steps-table.ts";
import { verdict } from "./verdict.ts";
import { type WrongPicture, wrongPictureCards } from "./wrong-pictures.ts";

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
  const style = await readFile(new URL("style.css", import.meta.url), "utf8");
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
          ${trusted(style)}
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
          ${verdict(run)} ${await measured(report)} ${operation(run)} ${stepsTable(run)}
          ${provenance(run)}
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

async function measured(report: Report): Promise<Html | undefined> {
  const { run, predictions, wrongPictures, threshold } = report;
  if (run.evaluation === undefined || run.dataset === undefined) return undefined;
  const { evaluation } = run;
  const { classes } = run.dataset;
  const wrong = evaluation.total - evaluation.correct;
  const shown = wrongPictures.length < wrong ? `, the ${wrongPictures.length} surest of them` : "";
  return html`<div class="columns">
      <section>
        <h2>What is taken for what</h2>
        <div class="wide">${confusionTable(evaluation)}</div>
        ${figures(evaluation)}
      </section>
      <section>
        <h2>Confidence against the threshold</h2>
        <p>${confidenceSentence(predictions, threshold)}</p>
        ${await confidenceChart(predictions, classes, threshold)}
        <p class="legend">
          <span class="right">● right</span> <span class="wrong">✚ wrong</span> A row a true class.
        </p>
      </section>
      <section>
        <h2>Is the confidence to be believed?</h2>
        <p>
          On the dashed line a model that says 90% is right nine times in ten. The numbers are
          pictures, the bars 95% intervals.
        </p>
        ${await calibrationChart(predictions, classes.length)}
      </section>
      <section>
        <h2>One class told from the rest</h2>
        <p>
          How many of a class are found for how many others taken for it, over all thresholds. The
          area under the curve is ${evaluation.auc.toFixed(3)}; guessing has 0.5.
        </p>
        ${await rocChart(predictions, classes, evaluation.auc)}
      </section>
    </div>
    <section>
      <h2>${wrong === 0 ? "No picture is wrong" : `The ${wrong} wrong pictures${shown}`}</h2>
      ${wrongPictureCards(wrongPictures, classes)}
    </section>`;
}

function figures({ auc, logLoss, calibrationError }: EvaluationRecord): Html {
  return html`<dl class="figures">
    <div>
      <dt>area under the ROC curve</dt>
      <dd>${auc.toFixed(3)}</dd>
    </div>
    <div>
      <dt>log loss</dt>
      <dd>${logLoss.toFixed(3)}</dd>
    </div>
    <div>
      <dt>calibration error</dt>
      <dd>${calibrationError.toFixed(3)}</dd>
    </div>
  </dl>`;
}
