import { html, type Html } from "../html.ts";
import type { MonitoringDocument } from "./monitoring-document.ts";
import { time } from "./time.ts";

/** What is known of the endpoint's deployments, the newest first; nothing where it is gone. */
export function deploymentsTable({ deployments }: MonitoringDocument): Html | undefined {
  if (deployments.length === 0) return undefined;
  return html`<section>
    <h2>Deployments</h2>
    <div class="wide" tabindex="0" role="region" aria-label="Deployments">
      <table>
        <thead>
          <tr>
            <th scope="col">when</th>
            <th scope="col">what</th>
            <th scope="col">name</th>
            <th scope="col">of what</th>
          </tr>
        </thead>
        <tbody>
          ${deployments.map(
            ({ at, event, name, detail }) =>
              html`<tr>
                <td class="number">${time(at)}</td>
                <th scope="row">${event}</th>
                <td class="name">${name}</td>
                <td class="name">${detail}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
