import type { Timeline } from "../../pipeline/monitoring/timeline.ts";
import { percent } from "../../report/format.ts";
import { length, readable } from "../../report/monitoring/time.ts";
import { xychart } from "./xychart.ts";

/** Confidence over time against the threshold; empty for fewer than two moments. */
export function confidenceOverTime({ moments, seconds }: Timeline, threshold: number): string {
  const [first, last] = [moments[0], moments.at(-1)];
  if (first === undefined || last === undefined || moments.length < 2) return "";
  const lowest = Math.min(threshold, ...moments.map(({ p5 }) => p5));
  const lines = [
    { colour: "blue", values: moments.map(({ p50 }) => p50) },
    { colour: "orange", values: moments.map(({ p5 }) => p5) },
    { colour: "grey", values: moments.map(() => threshold) },
  ] as const;
  const axes = {
    x: `each ${length(seconds)} with answers`,
    y: "confidence",
    from: Math.max(0, Math.floor(lowest * 20 - 1) / 20),
  };
  return [
    `Confidence from ${readable(first.at)} to the ${length(seconds)} from ${readable(last.at)}: median (blue), ` +
      `what a twentieth of the answers does not exceed (orange), threshold ${percent(threshold, 0)} (grey)`,
    xychart(axes, lines),
  ].join("\n\n");
}
