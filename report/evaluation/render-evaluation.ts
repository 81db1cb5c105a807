import { championSection } from "./champion-section.ts";
import type { EvaluationDocument } from "./evaluation-document.ts";
import { evaluationSections } from "./evaluation-sections.ts";
import { facts } from "../facts.ts";
import { gateScale } from "./gate-scale.ts";
import { html, type Html } from "../html.ts";
import { page } from "../page.ts";
import { time } from "../monitoring/time.ts";
import { verdictCard } from "../verdict-card.ts";

/** A measured model as one HTML file; see page.ts. */
export async function renderEvaluation(document: EvaluationDocument): Promise<string> {
  const { evaluation, gate, measuredAt, provenance } = document;
  return page(
    `${evaluation.trainingJobName}: ${gate.line}`,
    html`<h1>Model ${evaluation.trainingJobName}</h1>
      <p class="soft">
        Measured ${time(measuredAt)} on the test pictures of ${evaluation.datasetSource}
      </p>
      ${
        evaluation.datasetSource === "drawn" &&
        html`<p class="notice">
          <strong>These are drawn pictures, not photographs:</strong> the figures show that the
          pipeline works, not how well the model tells real vehicles apart.
        </p>`
      }`,
    html`${expectation(document)} ${championSection(gate.comparison)}
      ${await evaluationSections(document)}
      <section>
        <h2>To have it again</h2>
        ${facts(provenance)}
      </section>`,
  );
}

/** What the gate is to decide; it does so by the same numbers, in a step of its own. */
function expectation({ evaluation, gate }: EvaluationDocument): Html {
  const { approved, line, championLine } = gate;
  return verdictCard(
    approved
      ? { tone: "open", mark: "✓", title: "Good enough for the gate" }
      : { tone: "closed", mark: "✕", title: "Not good enough for the gate" },
    html`<p class="line">${line}</p>
      <p class="soft">${championLine}</p>`,
    gateScale(evaluation, gate),
  );
}
