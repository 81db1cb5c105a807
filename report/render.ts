import { championSection } from "./evaluation/champion-section.ts";
import type { EvaluationDocument } from "./evaluation/evaluation-document.ts";
import { evaluationSections } from "./evaluation/evaluation-sections.ts";
import { count } from "./format.ts";
import { html, type Html } from "./html.ts";
import type { MonitoringDocument } from "./monitoring/monitoring-document.ts";
import { monitoringSections } from "./monitoring/monitoring-sections.ts";
import { page } from "./page.ts";
import { provenance } from "./provenance.ts";
import type { DatasetRecord, RunDocument } from "./run-document.ts";
import { stepsTable } from "./steps-table.ts";
import { time } from "./monitoring/time.ts";
import { verdict } from "./verdict.ts";
import { verificationSection } from "./verification-section.ts";

export interface Report {
  readonly run: RunDocument;
  /** Absent where the run did not get so far. */
  readonly evaluation?: EvaluationDocument | undefined;
  readonly monitoring?: MonitoringDocument | undefined;
}

/** The run as one HTML file; see page.ts. */
export async function renderReport({ run, evaluation, monitoring }: Report): Promise<string> {
  return page(
    title(run),
    html`<h1>Scones pipeline run</h1>
      <p class="soft">${time(run.startedAt)}</p>
      ${run.dataset !== undefined && source(run.dataset)}`,
    html`${verdict(run)} ${championSection(run.gate?.comparison)}
    ${evaluation !== undefined && (await evaluationSections(evaluation))}
    ${run.verification !== undefined && verificationSection(run.verification)}
    ${monitoring !== undefined && (await monitoringSections(monitoring))} ${stepsTable(run)}
    ${provenance(run)}`,
  );
}

function title({ gate, exitCode }: RunDocument): string {
  if (gate === undefined) return exitCode === 1 ? "Scones: failed" : "Scones";
  return `Scones: ${gate.line}`;
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
