import { count, percent } from "../format.ts";
import { html, type Html } from "../html.ts";
import type { MonitoringDocument } from "./monitoring-document.ts";
import { length, readable } from "./time.ts";

/** The numbers of the charts over time. */
export function momentsTable({ seen, classes }: MonitoringDocument): Html {
  const { moments, seconds } = seen.timeline;
  return html`<details>
    <summary>The numbers, each ${length(seconds)}</summary>
    <div class="wide" tabindex="0" role="region" aria-label="Answers over time">
      <table>
        <thead>
          <tr>
            <th scope="col">from</th>
            <th scope="col" class="number">answers</th>
            <th scope="col" class="number">median confidence</th>
            <th scope="col" class="number">lowest twentieth below</th>
            <th scope="col" class="number">below the threshold</th>
            ${classes.map((name) => html`<th scope="col" class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${moments.map(
            (moment) =>
              html`<tr>
                <th scope="row" class="number">${readable(moment.at)}</th>
                <td class="number">${count(moment.records)}</td>
                <td class="number">${percent(moment.p50, 2)}</td>
                <td class="number">${percent(moment.p5, 2)}</td>
                <td class="number">${count(moment.low)}</td>
                ${classes.map(
                  (_, label) => html`<td class="number">${count(moment.classes[label] ?? 0)}</td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
