import type { WrongPicture } from "./evaluation-document.ts";
import { predictedClass } from "../../pipeline/evaluation/metrics.ts";
import { count, percent } from "../format.ts";
import { html, type Html } from "../html.ts";
import { pngData } from "../picture.ts";

/** The wrong pictures in the given order; they may be fewer than the `wrong` that there are. */
export function wrongPictureSection(
  wrong: number,
  pictures: readonly WrongPicture[],
  classes: readonly string[],
): Html {
  const title = wrong === 1 ? "1 wrong picture" : `${count(wrong)} wrong pictures`;
  const some = pictures.length > 0 && pictures.length < wrong;
  return html`<section>
    <h2>${wrong === 0 ? "No picture is wrong" : title}</h2>
    ${some && html`<p>${pictures.length} of them:</p>`}
    ${wrong > 0 && pictures.length === 0 && html`<p class="soft">None of them can be shown.</p>`}
    <ul class="pictures">
      ${pictures.map((picture) => card(picture, classes))}
    </ul>
  </section>`;
}

/** Pictures of anything else that were taken for a vehicle; nothing where there are none. */
export function strangerSection(
  pictures: readonly WrongPicture[],
  classes: readonly string[],
): Html | undefined {
  if (pictures.length === 0) return undefined;
  return html`<section>
    <h2>Strangers taken for a vehicle</h2>
    <p>Pictures of anything else, the surest mistakes first.</p>
    <ul class="pictures">
      ${pictures.map((picture) => card(picture, classes))}
    </ul>
  </section>`;
}

/** With many classes only the likeliest are worth a bar. */
const MOST_BARS = 3;

function card({ key, label, probabilities, png }: WrongPicture, classes: readonly string[]): Html {
  const truth = classes[label] ?? "";
  const said = classes[predictedClass(probabilities)] ?? "";
  const name = key.split("/").at(-1) ?? key;
  const bars = [...probabilities.entries()]
    .toSorted(([, a], [, b]) => b - a)
    .filter(([index], rank) => rank < MOST_BARS || index === label);
  return html`<li>
    <img
      src="${pngData(png)}"
      alt="${name}: a ${truth} taken for a ${said}"
      width="112"
      height="112"
    />
    <p><strong>${truth}</strong>, taken for <strong>${said}</strong></p>
    <dl>
      ${bars.map(
        ([index, probability]) =>
          html`<div class="${index === label ? "truth" : "said"}">
            <dt>${classes[index]}</dt>
            <dd>
              <span class="track"
                ><span style="width:${(probability * 100).toFixed(1)}%"></span></span
              >${percent(probability)}
            </dd>
          </div>`,
      )}
    </dl>
    <p class="name">${name}</p>
  </li>`;
}
