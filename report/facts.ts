import { html, Html } from "./html.ts";

/** Names and their values, as a list. */
export function facts(entries: Readonly<Record<string, Html | string>>): Html {
  return html`<dl class="facts">
    ${Object.entries(entries).map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
