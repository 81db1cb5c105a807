import { baselineShares, shareOf } from "../../pipeline/monitoring/baseline-shares.ts";
import { chart, shares } from "../chart.ts";
import { percent } from "../format.ts";
import { html, type Html } from "../html.ts";
import type { MonitoringDocument } from "./monitoring-document.ts";
import { timeChannel } from "./time-channel.ts";

const SIGNS = { unsure: "▼", strangers: "◆" } as const;

/** The shares of unsure answers and, where the model knows them, of strangers over time. */
export async function sharesSection(document: MonitoringDocument): Promise<Html> {
  const { seen, classes, background, statistics } = document;
  const before = baselineShares(statistics.baseline, document);
  const label = background === undefined ? -1 : classes.indexOf(background);
  const kinds = [
    { kind: "unsure" as const, title: "below the threshold", was: shareOf(before.lowConfidence) },
    ...(label === -1
      ? []
      : [
          {
            kind: "strangers" as const,
            title: "taken for anything else",
            was: shareOf(before.strangers),
          },
        ]),
  ];
  const { moments, seconds } = seen.timeline;
  const values = moments.flatMap((moment) =>
    kinds.map(({ kind }) => ({
      kind,
      time: Date.parse(moment.at) + 500 * seconds,
      share: (kind === "unsure" ? moment.low : (moment.classes[label] ?? 0)) / moment.records,
    })),
  );
  const most = Math.max(...values.map(({ share }) => share), ...kinds.map(({ was = 0 }) => was));
  const y = {
    ...shares("share", "share of the answers"),
    axis: { title: "share of the answers", format: ".0%", tickCount: 4 },
    scale: { domain: [0, Math.min(1, Math.max(0.1, most * 1.1))], nice: true },
  };
  const x = timeChannel(document, 4);
  const colour = {
    field: "kind",
    type: "nominal" as const,
    legend: null,
    scale: { domain: ["unsure", "strangers"], range: ["var(--wrong)", "var(--class-3)"] },
  };
  const shape = {
    field: "kind",
    type: "nominal" as const,
    legend: null,
    scale: { domain: ["unsure", "strangers"], range: ["triangle-down", "diamond"] },
  };
  const drawn = await chart(
    {
      width: 370,
      height: 190,
      layer: [
        {
          data: {
            values: kinds.flatMap(({ kind, was }) =>
              was === undefined ? [] : [{ kind, share: was }],
            ),
          },
          mark: { type: "rule", strokeDash: [5, 4], strokeWidth: 1.5 },
          encoding: { y, color: colour },
        },
        {
          data: { values },
          mark: { type: "line", strokeWidth: 1.5 },
          encoding: { x, y, color: colour },
        },
        {
          data: { values },
          mark: { type: "point", filled: true, size: 28, opacity: 1 },
          encoding: { x, y, color: colour, shape },
        },
      ],
    },
    `Share of the answers over time: ${kinds
      .map(
        ({ title, was }) =>
          `${title}${was === undefined ? "" : `, in the evaluation ${percent(was)}`}`,
      )
      .join("; ")}.`,
  );
  return html`<section>
    <h2>Unsure${label !== -1 && " and unknown"} answers</h2>
    <p>Their share over time; dashed, the evaluation's.</p>
    ${drawn}
    <p class="legend">
      ${kinds.map(({ kind, title }) => html`<span class="${kind}">${SIGNS[kind]} ${title}</span> `)}
    </p>
  </section>`;
}
