import type { TopLevelSpec } from "vega-lite";
import { html, type Html, trusted } from "./html.ts";

const font = "system-ui, sans-serif";

/** Colours are the page's CSS variables, so that a chart follows light and dark. */
const theme = {
  aria: false,
  background: "transparent",
  autosize: { type: "fit", contains: "padding" },
  font,
  view: { stroke: null },
  axis: {
    labelColor: "var(--soft)",
    titleColor: "var(--soft)",
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    gridColor: "var(--line)",
    domainColor: "var(--line)",
    tickColor: "var(--line)",
  },
  text: { color: "var(--soft)", fontSize: 12 },
  rule: { color: "var(--soft)" },
} as const;

/** Draws a vega-lite chart as SVG; `alternative` says in words what it shows. */
export async function chart(spec: TopLevelSpec, alternative: string): Promise<Html> {
  return html`<div class="chart" role="img" aria-label="${alternative}">${await drawn(spec)}</div>`;
}

/**
 * A chart over the whole page, drawn twice, for a wide page and for a phone: in one that is scaled
 * nobody could read the labels.
 */
export async function broadChart(
  spec: (width: number) => TopLevelSpec,
  alternative: string,
): Promise<Html> {
  return html`<div class="chart broad" role="img" aria-label="${alternative}">
    <div class="on-wide">${await drawn(spec(1060))}</div>
    <div class="on-narrow">${await drawn(spec(360))}</div>
  </div>`;
}

async function drawn(spec: TopLevelSpec): Promise<Html> {
  // Loaded here: a fifth of a second that no run without a report should pay.
  const vega = await import("vega");
  const lite = await import("vega-lite");
  const { spec: compiled } = lite.compile({ ...spec, config: theme });
  const view = new vega.View(vega.parse(compiled), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  const responsive = svg.replace(/ width="[\d.]+" height="[\d.]+"/, "");
  return trusted(responsive);
}

/** A channel of shares on an axis from `least` to 100%. */
export function shares(field: string, title: string, least = 0) {
  return {
    field,
    type: "quantitative" as const,
    scale: { domain: [least, 1], nice: false },
    axis: { title, format: ".0%", tickCount: 6 },
  };
}
