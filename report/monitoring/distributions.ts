import type { FeatureDrift } from "../../pipeline/monitoring/drift.ts";
import { numericFeatures, type NumericFeature } from "../../pipeline/monitoring/features.ts";
import { chart } from "../chart.ts";
import { doubtChannel, doubtOf } from "../doubt-axis.ts";
import { featureName, percent } from "../format.ts";
import { type Histogram, histogramOf, type Scale } from "./histogram.ts";
import { html, type Html } from "../html.ts";
import type { MonitoringDocument } from "./monitoring-document.ts";

/** What a feature is measured in, and what its axis is. */
const units: Readonly<Record<NumericFeature, { readonly unit: string; readonly scale: Scale }>> = {
  confidence: { unit: "confidence", scale: "doubt" },
  brightness: { unit: "mean luma, 0–255", scale: "linear" },
  contrast: { unit: "standard deviation of luma", scale: "linear" },
  sharpness: { unit: "variance of the Laplacian", scale: "symlog" },
  width: { unit: "pixels", scale: "linear" },
  height: { unit: "pixels", scale: "linear" },
  distance: { unit: "standard deviations", scale: "linear" },
};

/** Each feature's distribution in the baseline and now, those that drifted first. */
export async function distributions(document: MonitoringDocument): Promise<Html> {
  const { features, statistics } = document;
  const names = Object.keys(numericFeatures) as NumericFeature[];
  const found = names
    .map((name) => histogramOf(name, units[name].scale, statistics))
    .filter((histogram) => histogram !== undefined)
    .toSorted((a, b) => weightOf(features, b.name) - weightOf(features, a.name));
  const shown = new Set(found.map(({ name }) => name));
  const constant = names.filter((name) => !shown.has(name));
  const charts = await Promise.all(
    found.map(async (histogram) => {
      const drifted = isDrifted(features, histogram.name);
      return html`<figure class="${drifted && "drifted"}">
        <figcaption>
          <h3>${featureName(histogram)}${drifted && html` <em>drift</em>`}</h3>
          <p class="soft">
            median ${valueText(histogram.name, histogram.before)} →
            <strong>${valueText(histogram.name, histogram.now)}</strong>
          </p>
        </figcaption>
        ${await histogramChart(histogram, drifted)}
      </figure>`;
    }),
  );
  return html`<p class="legend">
      <span class="before">■ evaluation</span> <span class="right">▬ this window</span>
      <span class="wrong">▬ this window, drifted</span>
    </p>
    <div class="multiples">${charts}</div>
    ${
      constant.length > 0 &&
      html`<p class="soft">
        One value alone, or none, in both:
        ${constant.map((name) => featureName({ name })).join(", ")}.
      </p>`
    }`;
}

function isDrifted(features: readonly FeatureDrift[], name: string): boolean {
  return features.some((feature) => feature.name === name && feature.drifted);
}

/** Drifted ones first, then by their index. */
function weightOf(features: readonly FeatureDrift[], name: string): number {
  const index = features.find((each) => each.name === name && each.statistic === "psi");
  return (isDrifted(features, name) ? 1e6 : 0) + (index?.value ?? 0);
}

function valueText(name: NumericFeature, value: number): string {
  if (name === "confidence") return percent(value, value > 0.99 ? 2 : 1);
  return value >= 100 ? Math.round(value).toLocaleString("en-GB") : value.toPrecision(3);
}

async function histogramChart(
  { name, bins, before, now }: Histogram,
  drifted: boolean,
): Promise<Html> {
  const { unit, scale } = units[name];
  const place = scale === "doubt" ? doubtOf : (value: number) => value;
  const values = bins.map((bin) => ({ ...bin, from: place(bin.from), to: place(bin.to) }));
  const edges = values.flatMap(({ from, to }) => [from, to]);
  const [least, most] = [Math.min(...edges), Math.max(...edges)];
  const x =
    scale === "doubt"
      ? doubtChannel("from", least, most, unit)
      : {
          field: "from",
          type: "quantitative" as const,
          scale: { type: scale, domain: [least, most], nice: false },
          axis: { title: unit, grid: false, tickCount: 5, format: "~s", labelOverlap: true },
        };
  const colour = drifted ? "var(--wrong)" : "var(--right)";
  // Steps: each bin's share from its beginning on, and the last one's to its end.
  const last = values.at(-1);
  const steps = [...values, ...(last === undefined ? [] : [{ ...last, from: last.to }])];
  return chart(
    {
      width: 300,
      height: 120,
      data: { values },
      layer: [
        {
          mark: { type: "rect", color: "var(--before)" },
          encoding: { x, x2: { field: "to" }, y: shareOf("before"), y2: { datum: 0 } },
        },
        {
          data: { values: steps },
          mark: {
            type: "line",
            interpolate: "step-after",
            color: colour,
            strokeWidth: 2,
            strokeJoin: "round",
          },
          encoding: {
            x,
            y: shareOf("now"),
            order: { field: "from", sort: scale === "doubt" ? "descending" : "ascending" },
          },
        },
      ],
    },
    `Distribution of ${featureName({ name })}: median ${valueText(name, before)} in the evaluation, ` +
      `${valueText(name, now)} in this window${drifted ? ", which is drift" : ""}.`,
  );
}

/** A channel of the share of the values in a bin. */
function shareOf(field: string) {
  return {
    field,
    type: "quantitative" as const,
    axis: { title: null, format: ".0%", tickCount: 3 },
  };
}
