import type { TunedTraining } from "../../pipeline/training/trained-model.ts";
import { duration, shortened } from "../format.ts";
import { html, type Html } from "../html.ts";

/** What hyperparameter tuning tried, the best first; nothing where there was none. */
export function trialsTable(tuning: TunedTraining | undefined): Html | undefined {
  if (tuning === undefined) return undefined;
  const { tuningJobName, strategy, trials } = tuning;
  const names = [...new Set(trials.flatMap(({ hyperparameters }) => Object.keys(hyperparameters)))];
  return html`<section>
    <h2>Hyperparameter tuning</h2>
    <p class="soft">${tuningJobName}: ${trials.length} training jobs, ${strategy} search</p>
    <div class="wide" tabindex="0" role="region" aria-label="Trials">
      <table>
        <thead>
          <tr>
            <th scope="col">training job</th>
            ${names.map((name) => html`<th scope="col" class="number">${name}</th>`)}
            <th scope="col" class="number">validation accuracy</th>
            <th scope="col" class="number">time</th>
            <th scope="col">status</th>
          </tr>
        </thead>
        <tbody>
          ${trials.map(
            ({ trainingJobName, hyperparameters, objective, seconds, status }) =>
              html`<tr>
                <th scope="row">${trainingJobName}</th>
                ${names.map(
                  (name) => html`<td class="number">${shortened(hyperparameters[name] ?? "")}</td>`,
                )}
                <td class="number">${objective?.toFixed(4)}</td>
                <td class="number">${duration(seconds)}</td>
                <td>${status}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
