import { html, type Html, trusted } from "./html.ts";
import { reportStyles } from "./styles.ts";

/**
 * One HTML file that needs nothing else: no network, no script. It follows the reader's light or dark.
 */
export async function page(title: string, header: Html, main: Html): Promise<string> {
  const styles = await reportStyles();
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          ${trusted(styles)}
        </style>
      </head>
      <body>
        <header>${header}</header>
        <main>${main}</main>
      </body>
    </html>`;
  return `${document.text}\n`;
}
