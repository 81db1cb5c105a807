import type { NotablePicture } from "../../pipeline/monitoring/notable-pictures.ts";
import { percent } from "../format.ts";
import { html, type Html } from "../html.ts";
import type { MonitoringDocument } from "./monitoring-document.ts";
import { pngData } from "../picture.ts";
import { timeInTwo } from "./time.ts";

/** The pictures behind the numbers, as the endpoint was asked for them. */
export function notableSection({ seen, classes, threshold }: MonitoringDocument): Html {
  const { unsure, newest, unlike } = seen.notable;
  const groups = [
    ["Least sure", "What the model was least sure of.", unsure],
    [
      "Most unlike the test pictures",
      "By colour, contrast and sharpness, of a sample; the distance is in standard deviations.",
      unlike,
    ],
    ["Newest", "What came last.", newest],
  ] as const;
  const shown = groups.filter(([, , pictures]) => pictures.length > 0);
  return html`<section>
    <h2>The pictures behind the numbers</h2>
    ${
      shown.length === 0 &&
      html`<p class="soft">
        None: nothing was captured in this window, or no picture of it can be decoded.
      </p>`
    }
    ${shown.map(
      ([title, words, pictures]) =>
        html`<h3>${title}</h3>
          <p class="soft">${words}</p>
          <ul class="pictures seen">
            ${pictures.map((picture) => card(picture, classes, threshold))}
          </ul>`,
    )}
  </section>`;
}

function card(
  { png, label, confidence, time: at, distance }: NotablePicture,
  classes: readonly string[],
  threshold: number,
): Html {
  const name = classes[label] ?? "";
  const sure = percent(confidence, confidence > 0.99 ? 2 : 1);
  const low = confidence < threshold;
  return html`<li>
    <img src="${pngData(png)}" alt="taken for ${name}, ${sure} sure" width="112" height="112" />
    <p><strong>${name}</strong><br /><span class="${low && "low"}">${low && "▼ "}${sure}</span></p>
    ${distance !== undefined && html`<p class="name">distance ${distance.toFixed(1)}</p>`}
    <p class="name">${timeInTwo(new Date(at).toISOString())}</p>
  </li>`;
}
