import { facts } from "./facts.ts";
import { html, type Html } from "./html.ts";
import type { RunDocument } from "./run-document.ts";

/** What is needed to have the run again, and what it left. */
export function provenance({ dataset, versions, seeds, leftovers }: RunDocument): Html {
  const seedRows = Object.entries(seeds).map(
    ([name, seed]) => [`seed of the ${name}`, String(seed)] as const,
  );
  return html`<section>
      <h2>To have it again</h2>
      ${facts({
        ...versions,
        ...Object.fromEntries(seedRows),
        ...(dataset && { "dataset's hash": dataset.hash }),
      })}
    </section>
    ${
      leftovers.length > 0 &&
      html`<section class="warning">
        <h2>Still standing</h2>
        <ul>
          ${leftovers.map((resource) => html`<li>${resource}</li>`)}
        </ul>
      </section>`
    }`;
}
