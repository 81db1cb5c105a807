import { sum } from "../../pipeline/evaluation/metrics.ts";
import { featureOf } from "../../pipeline/monitoring/statistics.ts";
import { PREDICTED_CLASS } from "../../pipeline/monitoring/features.ts";
import { colourOf } from "../class-colours.ts";
import { chart, shares } from "../chart.ts";
import { percent } from "../format.ts";
import { html, type Html } from "../html.ts";
import type { MonitoringDocument } from "./monitoring-document.ts";
import { timeChannel } from "./time-channel.ts";

/** The share of each predicted class over time, stacked, with the baseline's as dashed lines. */
export async function classMixChart(document: MonitoringDocument): Promise<Html> {
  const { seen, classes } = document;
  const { moments, seconds } = seen.timeline;
  const values = moments.flatMap((moment) => {
    const at = Date.parse(moment.at);
    return stacked(moment.classes).map(([from, to], label) => ({
      from,
      to,
      at,
      end: at + 1000 * seconds,
      colour: colourOf(label),
    }));
  });
  const before = baselineMix(document);
  const y = shares("from", "share of the answers");
  const x = timeChannel(document, 4, "at");
  const now = classes.map((_, label) => sum(moments.map((moment) => moment.classes[label] ?? 0)));
  const drawn = await chart(
    {
      width: 370,
      height: 190,
      layer: [
        {
          data: { values },
          mark: { type: "rect", stroke: "var(--card)", strokeWidth: 0.5 },
          encoding: {
            // No domain: the moments are the period.
            x: { ...x, scale: { type: "utc" as const, nice: false as const } },
            x2: { field: "end" },
            y,
            y2: { field: "to" },
            color: { field: "colour", type: "nominal", scale: null },
          },
        },
        {
          data: {
            values: stacked(before)
              .map(([from]) => ({ from }))
              // The last one ends at the axis.
              .filter(({ from }) => from > 0.001),
          },
          mark: { type: "rule", color: "var(--ink)", strokeDash: [5, 4], strokeWidth: 1.5 },
          encoding: { y },
        },
      ],
    },
    `Share of each predicted class over time. ${classes
      .map(
        (name, label) => `${name}: ${shareText(now, label)}, baseline ${shareText(before, label)}`,
      )
      .join("; ")}.`,
  );
  return html`${drawn}
    <ul class="legend keys">
      ${classes.map(
        (name, label) =>
          html`<li>
            <i style="background:${colourOf(label)}" aria-hidden="true"></i>${name}
            <strong>${shareText(now, label)}</strong> <span>was ${shareText(before, label)}</span>
          </li>`,
      )}
    </ul>`;
}

function baselineMix({ statistics, classes }: MonitoringDocument): number[] {
  const mix = featureOf(statistics.baseline, PREDICTED_CLASS)?.string_statistics;
  const buckets = mix?.distribution.categorical.buckets ?? [];
  return classes.map((name) => buckets.find(({ value }) => value === name)?.count ?? 0);
}

function shareText(counts: readonly number[], label: number): string {
  const total = sum(counts);
  return total === 0 ? "–" : percent((counts[label] ?? 0) / total);
}

/** From where to where each count reaches, the first at the top, as shares of all. */
function stacked(counts: readonly number[]): [number, number][] {
  const total = Math.max(1, sum(counts));
  let to = 1;
  return counts.map((each) => {
    const from = to - each / total;
    const part: [number, number] = [Math.max(0, from), to];
    to = from;
    return part;
  });
}
