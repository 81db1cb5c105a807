import { duration } from "./format.ts";
import { html, type Html } from "./html.ts";
import type { RunDocument } from "./run-document.ts";

/** What each step made, with its time as a number and as a bar. */
export function stepsTable({ steps, seconds }: RunDocument): Html {
  const longest = Math.max(...steps.map((step) => step.seconds), 0.001);
  return html`<section>
    <h2>Steps</h2>
    <div class="wide">
      <table class="steps">
        <thead>
          <tr>
            <th scope="col">step</th>
            <th scope="col" colspan="2">time</th>
            <th scope="col">what it made</th>
          </tr>
        </thead>
        <tbody>
          ${steps.map(
            (step) =>
              html`<tr class="${step.outcome}">
                <th scope="row">${step.name}</th>
                <td class="number">${duration(step.seconds)}</td>
                <td class="bar">
                  <span style="width:${((100 * step.seconds) / longest).toFixed(1)}%"></span>
                </td>
                <td>${step.outcome === "failed" && html`<strong>failed: </strong>`}${step.made}</td>
              </tr>`,
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">whole run</th>
            <td class="number">${duration(seconds)}</td>
            <td colspan="2" class="soft">from the first line to the last</td>
          </tr>
        </tfoot>
      </table>
    </div>
  </section>`;
}
