import type { Comparison } from "../../pipeline/evaluation/comparison.ts";
import { chance, count } from "../format.ts";
import { html, type Html } from "../html.ts";

/** More are not read by anyone. */
const MOST_KEYS = 20;

/** The model beside the one that serves, picture by picture. Absent where they were not compared. */
export function championSection(comparison: Comparison | undefined): Html | undefined {
  if (comparison === undefined) return undefined;
  const { champion, gained, lost, pValue } = comparison;
  return html`<section>
    <h2>Beside the model that serves</h2>
    <p>
      Both answered the same test pictures. If <code>${champion}</code> and this model were equally
      good, a split as uneven as ${count(gained.length)} to ${count(lost.length)} would come about
      with p = ${chance(pValue)} (McNemar's exact test, two-sided).
    </p>
    <div class="wide" tabindex="0" role="region" aria-label="Both models">
      ${contingencyTable(comparison)}
    </div>
    ${keyList("lost: only the model that serves has them right", lost)}
    ${keyList("gained: only this model has them right", gained)}
  </section>`;
}

function contingencyTable({ bothRight, bothWrong, gained, lost }: Comparison): Html {
  return html`<table>
    <thead>
      <tr>
        <td></td>
        <th scope="col" class="number">it is right</th>
        <th scope="col" class="number">it is wrong</th>
      </tr>
    </thead>
    <tbody>
      <tr>
        <th scope="row">this model is right</th>
        <td class="number">${count(bothRight)}</td>
        <td class="number"><strong>${count(gained.length)}</strong> gained</td>
      </tr>
      <tr>
        <th scope="row">this model is wrong</th>
        <td class="number"><strong>${count(lost.length)}</strong> lost</td>
        <td class="number">${count(bothWrong)}</td>
      </tr>
    </tbody>
  </table>`;
}

function keyList(title: string, keys: readonly string[]): Html | undefined {
  if (keys.length === 0) return undefined;
  const more = keys.length - MOST_KEYS;
  return html`<details>
    <summary>${count(keys.length)} ${title}</summary>
    <ul class="names">
      ${keys.slice(0, MOST_KEYS).map((key) => html`<li><code>${key}</code></li>`)}
      ${more > 0 && html`<li>and ${count(more)} more</li>`}
    </ul>
  </details>`;
}
