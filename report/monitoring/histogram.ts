import {
  countBelow,
  type Distribution,
  quantile,
  sizeOf,
} from "../../pipeline/monitoring/distribution.ts";
import { doubtOf } from "../doubt-axis.ts";
import type { NumericFeature } from "../../pipeline/monitoring/features.ts";
import { sampleOf, type Statistics } from "../../pipeline/monitoring/statistics.ts";

/** A bin of a feature, with the share of the baseline's and of the window's values in it. */
export interface HistogramBin {
  readonly from: number;
  readonly to: number;
  readonly before: number;
  readonly now: number;
}

/** One feature's values in two samples, in the same bins. */
export interface Histogram {
  readonly name: NumericFeature;
  readonly bins: readonly HistogramBin[];
  /** Medians. */
  readonly before: number;
  readonly now: number;
}

/** How a feature's bins are equal: in its values, in their logarithm, or in the doubt's. */
export type Scale = "linear" | "symlog" | "doubt";

const BINS = 24;
/** The share of the values on each side that lie in the outermost bins together. */
const TAIL = 0.005;

/** The histograms of a feature; undefined where either sample has no value, or both have one alone. */
export function histogramOf(
  name: NumericFeature,
  scale: Scale,
  { baseline, window }: { readonly baseline: Statistics; readonly window: Statistics },
): Histogram | undefined {
  const before = sampleOf(baseline, name);
  const now = sampleOf(window, name);
  if (before === undefined || now === undefined) return undefined;
  const low = Math.min(quantile(before, TAIL), quantile(now, TAIL));
  const high = Math.max(quantile(before, 1 - TAIL), quantile(now, 1 - TAIL));
  if (low === high) return undefined;
  const edges = edgesBetween(low, high, scale);
  const bins = edges.slice(1).map((to, index) => {
    const from = edges[index] ?? low;
    const inner = { first: index === 0, last: index === edges.length - 2 };
    return {
      from,
      to,
      before: shareIn(before, from, to, inner),
      now: shareIn(now, from, to, inner),
    };
  });
  return { name, bins, before: quantile(before, 0.5), now: quantile(now, 0.5) };
}

/** Values beyond the outermost bins count in them. */
function shareIn(
  sample: Distribution,
  from: number,
  to: number,
  { first, last }: { first: boolean; last: boolean },
): number {
  const below = first ? 0 : countBelow(sample, from);
  const upTo = last ? sizeOf(sample) : countBelow(sample, to);
  return (upTo - below) / sizeOf(sample);
}

const scales: Readonly<Record<Scale, readonly [(x: number) => number, (y: number) => number]>> = {
  linear: [(x) => x, (y) => y],
  symlog: [Math.log1p, Math.expm1],
  doubt: [(x) => -Math.log10(doubtOf(x)), (y) => 1 - 10 ** -y],
};

function edgesBetween(low: number, high: number, scale: Scale): number[] {
  const [forth, back] = scales[scale];
  const [from, to] = [forth(low), forth(high)];
  return Array.from({ length: BINS + 1 }, (_, at) => back(from + ((to - from) * at) / BINS));
}
