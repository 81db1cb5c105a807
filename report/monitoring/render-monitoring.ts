import { facts } from "../facts.ts";
import { html, type Html } from "../html.ts";
import type { MonitoringDocument } from "./monitoring-document.ts";
import { monitoringSections } from "./monitoring-sections.ts";
import { page } from "../page.ts";
import { time } from "./time.ts";

/** A monitoring window as one HTML file; see page.ts. */
export async function renderMonitoring(document: MonitoringDocument): Promise<string> {
  const { endpointName, verdict, madeAt, baseline } = document;
  return page(
    `${endpointName}: ${verdict}`,
    html`<h1>Endpoint ${endpointName}</h1>
      <p class="soft">${period(document)}</p>`,
    html`${await monitoringSections(document)}
      <section>
        <h2>What this rests on</h2>
        ${facts({
          "compared with the evaluation of": baseline.trainingJobName,
          "on the dataset": baseline.datasetHash,
          "report made at": time(madeAt),
        })}
      </section>`,
  );
}

function period({ since, until, seen, madeAt }: MonitoringDocument): Html {
  const first = since ?? seen.timeline.moments[0]?.at;
  return html`${first !== undefined && html`From ${time(first)} `}to ${time(until ?? madeAt)}`;
}
