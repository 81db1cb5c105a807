import { html, trusted } from "../report/html.ts";

/** A picture on the page. */
export interface PagePicture {
  readonly eventId: string;
  /** Beside the page. */
  readonly file: string;
  readonly predicted: string;
  readonly confidence: number;
}

const style = trusted(`
:root { color-scheme: light dark; font: 1rem/1.4 system-ui, sans-serif }
body { margin: 0 auto; max-width: 90rem; padding: 1rem }
form { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)) }
fieldset { border: 1px solid; border-radius: .5rem; margin: 0; min-width: 0 }
fieldset:has(:checked) { border-color: seagreen; border-width: 2px }
img { display: block; height: 10rem; image-rendering: pixelated; object-fit: contain; width: 100% }
label { display: block; min-height: 1.75rem }
small { display: block; opacity: .7 }
header { background: Canvas; padding: .5rem 0; position: sticky; top: 0 }
button { font: inherit; min-height: 2.5rem }
`);

/** Browsers keep the choices of a page that is loaded again, most of them. */
const script = trusted(`
const form = document.querySelector("form");
const said = document.querySelector("output");
const labels = () => [...new FormData(form)];
const quoted = (text) => '"' + text.replaceAll('"', '""') + '"';
const total = document.querySelectorAll("fieldset").length;
const show = () => (said.textContent = labels().length + " of " + total);
form.addEventListener("change", show);
show();
document.querySelector("button").addEventListener("click", () => {
  const rows = labels().map((pair) => pair.map(quoted).join(","));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([["eventId,class", ...rows, ""].join("\\n")], { type: "text/csv" }));
  link.download = "labels.csv";
  link.click();
});
`);

/** A page without a server that shows pictures, takes a class for each, and makes `labels.csv` of them. */
export function labelPage(
  pictures: readonly PagePicture[],
  classes: readonly string[],
  upload: string,
): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>What do they show?</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>
          <h1>What do they show?</h1>
          <button type="button">Save labels.csv</button>
          <output></output> labelled; then <code>${upload}</code>
        </header>
        <form>${pictures.map((picture) => fieldset(picture, classes))}</form>
        <script>
          ${script};
        </script>
      </body>
    </html>`.text;
}

function fieldset(
  { eventId, file, predicted, confidence }: PagePicture,
  classes: readonly string[],
) {
  return html`<fieldset>
    <legend><small>taken for ${predicted}, ${(100 * confidence).toFixed(0)}%</small></legend>
    <img src="${file}" alt="Captured picture ${eventId}" loading="lazy" />
    ${classes.map(
      (name) =>
        html`<label><input type="radio" name="${eventId}" value="${name}" /> ${name}</label>`,
    )}
  </fieldset>`;
}
