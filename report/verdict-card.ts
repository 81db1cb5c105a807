import { html, type Html } from "./html.ts";

interface Verdict {
  readonly tone: "open" | "closed" | "unsure" | "failed";
  /** A sign for those who look; the title says it to all. */
  readonly mark: string;
  readonly title: string;
}

/** A verdict in large, what led to it, and what stands below over the whole width. */
export function verdictCard({ tone, mark, title }: Verdict, lines: Html, below?: Html): Html {
  return html`<section class="verdict ${tone}">
    <p class="mark" aria-hidden="true">${mark}</p>
    <div>
      <h2>${title}</h2>
      ${lines}
    </div>
    ${below !== undefined && html`<div class="below">${below}</div>`}
  </section>`;
}
