import type { EvaluationDocument } from "./evaluation-document.ts";
import { html, type Html } from "../html.ts";
import { measurement } from "./measurement.ts";
import { trainingSection } from "./training-section.ts";
import { trialsTable } from "./trials-table.ts";

/** A measured model: its figures, charts and mistakes, and how it was trained. */
export async function evaluationSections(document: EvaluationDocument): Promise<Html> {
  return html`${await measurement(document)} ${await trainingSection(document)}
  ${trialsTable(document.training.tuning)}`;
}
