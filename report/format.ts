import type { FeatureDrift } from "../pipeline/monitoring/drift.ts";

/** 0.95 as `95.0%`. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}%`;
}

/** The same; undefined where there is no such share. */
export function shareOf(share: number | undefined): string | undefined {
  return share === undefined ? undefined : percent(share);
}

/** A measure in three digits; one that is not defined is NaN here, and null once it was JSON. */
export function decimals(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : "not defined";
}

/** Seconds as `0.4 s`, `42 s` or `3 min 20 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** 1200 as `1,200`. */
export function count(number: number): string {
  return number.toLocaleString("en-GB");
}

/** A chance as `0.032`, and a tiny one as `< 0.001`. */
export function chance(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** Of numbers four digits: the search draws them with all that a double has. */
export function shortened(value: string): string {
  const number = Number(value);
  return value === "" || Number.isNaN(number) ? value : String(Number(number.toPrecision(4)));
}

/** A feature of the monitor for people: `predicted class`. */
export function featureName({ name }: Pick<FeatureDrift, "name">): string {
  return name.replaceAll("_", " ");
}

const statistics = {
  ks: "Kolmogorov–Smirnov D",
  psi: "PSI",
  "chi-squared": "chi-squared",
  fisher: "share more than before",
} as const;

/** What a value of the monitor is: `PSI`. */
export function statisticName({ statistic }: Pick<FeatureDrift, "statistic">): string {
  return statistics[statistic];
}

/** When a value of the monitor counts as drift: `p < 0.01`. */
export function condition({ statistic, limit }: Pick<FeatureDrift, "statistic" | "limit">): string {
  return statistic === "psi" ? `PSI > ${limit}, not by chance` : `p < ${limit}`;
}
