import type { Evaluation } from "../../pipeline/evaluation/evaluation.ts";
import { percent } from "../format.ts";
import { html, type Html } from "../html.ts";

/** The confusion matrix as a heat map, with precision and recall at its edges. */
export function confusionTable({ confusionMatrix, perClass }: Evaluation): Html {
  return html`<table class="confusion">
    <caption>
      Rows: what it is. Columns: what the model says. The stronger the colour, the larger the share
      of its row.
    </caption>
    <thead>
      <tr>
        <td></td>
        ${perClass.map(({ name }) => html`<th scope="col">${name}</th>`)}
        <th scope="col" class="edge">recall</th>
      </tr>
    </thead>
    <tbody>
      ${confusionMatrix.map(
        (row, label) =>
          html`<tr>
            <th scope="row">${perClass[label]?.name}</th>
            ${row.map((count, column) =>
              cell(count, perClass[label]?.support ?? 0, column === label),
            )}
            <td class="edge">${percent(perClass[label]?.recall ?? 0)}</td>
          </tr>`,
      )}
    </tbody>
    <tfoot>
      <tr>
        <th scope="row" class="edge">precision</th>
        ${perClass.map(({ precision }) => html`<td class="edge">${percent(precision)}</td>`)}
        <td></td>
      </tr>
    </tfoot>
  </table>`;
}

/** Beyond it white is easier to read than black, on a light page. */
const STRONG = 85;

function cell(count: number, support: number, right: boolean): Html {
  const share = support === 0 ? 0 : count / support;
  // Square root: a few per cent of mistakes are what one looks for, and must be seen.
  const strength = Math.round(Math.sqrt(share) * 100);
  return html`<td
    class="cell ${right ? "right" : "wrong"} ${strength > STRONG && "strong"}"
    style="--strength:${strength}%"
  >
    <b>${count}</b> <small>${percent(share)}</small>
  </td>`;
}
