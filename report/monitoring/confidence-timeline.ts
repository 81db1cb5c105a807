import { broadChart } from "../chart.ts";
import { doubtChannel, doubtOf } from "../doubt-axis.ts";
import { count, percent } from "../format.ts";
import { html, type Html } from "../html.ts";
import type { MonitoringDocument } from "./monitoring-document.ts";
import { timeChannel } from "./time-channel.ts";

/** Of fewer moments, or of fewer answers in each, a band says nothing. */
const FEWEST_MOMENTS = 3;
const FEWEST_ANSWERS = 8;

/** Confidence over time against the threshold: bands of all answers, and a sample of them as points. */
export async function confidenceTimeline(document: MonitoringDocument): Promise<Html> {
  const { seen, threshold, classes, records } = document;
  const y = (field: string) =>
    doubtChannel(field, (1 - threshold) / 700, 1 - 1 / classes.length, "confidence");
  const { length } = seen.timeline.moments;
  const isBanded = length >= FEWEST_MOMENTS && records >= FEWEST_ANSWERS * length;
  const drawn = await broadChart((width) => {
    const x = timeChannel(document, width > 500 ? 10 : 3);
    return {
      width,
      height: width > 500 ? 320 : 260,
      layer: [
        ...(isBanded ? bands(document, x, y) : []),
        points(document, x, y, isBanded ? 18 : 40),
        ...(isBanded ? [median(document, x, y)] : []),
        thresholdRule(document, y),
        sinceRule(document, x),
      ],
    };
  }, words(document));
  const sampled = seen.answers.length < records;
  return html`${drawn}
    <p class="legend">
      ${
        isBanded &&
        html`<span class="ink">━ median</span>
          <span class="right">▓ half of the answers</span>
          <span class="right">▒ nine in ten</span>`
      }
      <span class="right">● an answer</span> <span class="wrong">▼ below the threshold</span>
      <span class="wrong">┅ threshold</span>
      ${sampled && `${count(seen.answers.length)} of ${count(records)} answers are points.`}
    </p>`;
}

type X = ReturnType<typeof timeChannel>;
type Y = (field: string) => ReturnType<typeof doubtChannel>;

/** The quantiles as doubts, in the middle of each moment. */
function quantiles({ seen }: MonitoringDocument) {
  const { moments, seconds } = seen.timeline;
  return moments.map(({ at, p5, p25, p50, p75, p95 }) => ({
    time: Date.parse(at) + 500 * seconds,
    p5: doubtOf(p5),
    p25: doubtOf(p25),
    p50: doubtOf(p50),
    p75: doubtOf(p75),
    p95: doubtOf(p95),
  }));
}

function bands(document: MonitoringDocument, x: X, y: Y) {
  const values = quantiles(document);
  return (
    [
      ["p5", "p95", 0.16],
      ["p25", "p75", 0.22],
    ] as const
  ).map(([from, to, opacity]) => ({
    data: { values },
    mark: {
      type: "area" as const,
      color: "var(--right)",
      opacity,
      interpolate: "monotone" as const,
    },
    encoding: { x, y: y(from), y2: { field: to } },
  }));
}

function points({ seen, threshold }: MonitoringDocument, x: X, y: Y, size: number) {
  const values = seen.answers.map(({ time, confidence }) => ({
    time,
    doubt: doubtOf(confidence),
    low: confidence < threshold,
  }));
  return {
    data: { values },
    mark: { type: "point" as const, filled: true, size, opacity: 0.6 },
    encoding: {
      x,
      y: y("doubt"),
      color: { condition: { test: "datum.low", value: "var(--wrong)" }, value: "var(--right)" },
      shape: { condition: { test: "datum.low", value: "triangle-down" }, value: "circle" },
    },
  };
}

function median(document: MonitoringDocument, x: X, y: Y) {
  return {
    data: { values: quantiles(document) },
    mark: {
      type: "line" as const,
      color: "var(--ink)",
      strokeWidth: 2,
      interpolate: "monotone" as const,
    },
    encoding: { x, y: y("p50") },
  };
}

function thresholdRule({ threshold }: MonitoringDocument, y: Y) {
  return {
    data: { values: [{ doubt: 1 - threshold, text: percent(threshold, 0) }] },
    layer: [
      {
        mark: {
          type: "rule" as const,
          strokeDash: [6, 4],
          strokeWidth: 1.5,
          color: "var(--wrong)",
        },
        encoding: { y: y("doubt") },
      },
      {
        mark: {
          type: "text" as const,
          align: "left" as const,
          dx: 5,
          color: "var(--wrong)",
          fontWeight: 600 as const,
        },
        encoding: { x: { value: "width" as const }, y: y("doubt"), text: { field: "text" } },
      },
    ],
  };
}

function sinceRule({ driftedSince }: MonitoringDocument, x: X) {
  return {
    data: { values: driftedSince === undefined ? [] : [{ time: Date.parse(driftedSince) }] },
    layer: [
      {
        mark: { type: "rule" as const, strokeWidth: 2, color: "var(--closed)" },
        encoding: { x },
      },
      {
        mark: {
          type: "text" as const,
          align: "left" as const,
          dx: 6,
          dy: -9,
          color: "var(--closed)",
          fontWeight: 600 as const,
        },
        encoding: { x, y: { value: 0 }, text: { value: "drift since" } },
      },
    ],
  };
}

function words({ seen, threshold, records }: MonitoringDocument): string {
  const low = seen.timeline.moments.reduce((total, moment) => total + moment.low, 0);
  return (
    `Confidence of ${count(records)} answers over time; ${count(low)} (${percent(low / records)}) are ` +
    `below the threshold of ${percent(threshold, 0)}. The table of moments follows.`
  );
}
