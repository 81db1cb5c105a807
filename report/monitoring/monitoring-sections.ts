import { classMixChart } from "./class-mix-chart.ts";
import { confidenceTimeline } from "./confidence-timeline.ts";
import { deploymentsTable } from "./deployments-table.ts";
import { distributions } from "./distributions.ts";
import { html, type Html } from "../html.ts";
import { momentsTable } from "./moments-table.ts";
import type { MonitoringDocument } from "./monitoring-document.ts";
import { monitoringVerdict } from "./monitoring-verdict.ts";
import { notableSection } from "./notable-section.ts";
import { sharesSection } from "./shares-section.ts";
import { psiBars, testTable } from "./psi-table.ts";

/** A monitoring window: its verdict, its charts, its pictures, and what was deployed. */
export async function monitoringSections(document: MonitoringDocument): Promise<Html> {
  const { features, seen } = document;
  const isCompared = features.length > 0;
  const isEmpty = seen.timeline.moments.length === 0;
  return html`${monitoringVerdict(document)}
  ${
    !isEmpty &&
    html`<section>
      <h2>Confidence over time</h2>
      ${await confidenceTimeline(document)} ${momentsTable(document)}
    </section>`
  }
  ${
    isCompared &&
    html`<div class="columns">
      <section>
        <h2>What the answers say</h2>
        <p>The share of each class over time; dashed, the evaluation's.</p>
        ${await classMixChart(document)}
      </section>
      ${await sharesSection(document)}
    </div>`
  }
  ${
    features.length > 0 &&
    html`<section>
      <h2>How far from the evaluation</h2>
      ${psiBars(features)} ${testTable(features)}
    </section>`
  }
  ${
    isCompared &&
    html`<section>
      <h2>Then and now</h2>
      ${await distributions(document)}
    </section>`
  }
  ${notableSection(document)} ${deploymentsTable(document)}`;
}
