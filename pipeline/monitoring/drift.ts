import type { Config } from "../config.ts";
import { sum } from "../evaluation/metrics.ts";
import { changeGains } from "./change-point.ts";
import type { FeatureTest, TestResult } from "./feature-test.ts";
import { holm } from "./holm.ts";

/** One feature's live distribution against the baseline's, by one statistic. */
export interface FeatureDrift extends TestResult {
  readonly name: string;
  /** The p-value after Holm's correction for all tests of the window. */
  readonly adjusted: number;
  /** PSI: the value above which it counts; the others: the adjusted p-value below which they do. */
  readonly limit: number;
  readonly drifted: boolean;
  /** Only where it has drifted: when the first record came of the minute from which it most likely has. */
  readonly since?: string;
}

/** What is said of a window. */
export type Verdict = "no drift" | "drift" | "insufficient data";

/** What of a window has drifted. */
export interface Drift {
  readonly features: readonly FeatureDrift[];
  /** By all drifted features together; undefined where none has. */
  readonly since?: string;
}

/** The names of the features that have drifted, each once. */
export function driftedNames(features: readonly FeatureDrift[]): string[] {
  return [...new Set(features.filter(({ drifted }) => drifted).map(({ name }) => name))];
}

/**
 * Finds what has drifted. All tests of a window are corrected together, by Holm: what counts is that a
 * window raises no false alarm, and features that hang together do not break that. An index counts
 * only where it is large, too. `starts` are the window's minutes and the first record of each, in order.
 */
export function findDrift(
  tests: readonly FeatureTest[],
  starts: ReadonlyMap<number, number>,
  limits: Pick<Config["monitoring"], "psi" | "significance">,
): Drift {
  const results = tests.flatMap((test) => test.test().map((result) => ({ test, result })));
  const adjusted = holm(results.map(({ result }) => result.pValue));
  const isDrifted = ({ statistic, value }: TestResult, p: number) =>
    p < limits.significance && (statistic !== "psi" || value > limits.psi);
  const drifting = results.flatMap(({ test, result }, at) =>
    isDrifted(result, adjusted[at] ?? 1) ? [test] : [],
  );
  const minutes = [...starts.keys()];
  const gains = new Map(
    drifting.map((test) => [test, changeGains(test.expected, test.byMinute.of(minutes))]),
  );
  const dated = (sinceMinute: number | undefined) => {
    const time = sinceMinute === undefined ? undefined : starts.get(sinceMinute);
    return time === undefined ? {} : { since: new Date(time).toISOString() };
  };
  const features = results.map(({ test, result }, at) =>
    featureDrift(test.name, result, {
      adjusted: adjusted[at] ?? 1,
      limit: result.statistic === "psi" ? limits.psi : limits.significance,
      drifted: isDrifted(result, adjusted[at] ?? 1),
      ...dated(changeAt(minutes, [gains.get(test) ?? []])),
    }),
  );
  return { features, ...dated(changeAt(minutes, [...gains.values()])) };
}

function featureDrift(
  name: string,
  { statistic, value, pValue }: TestResult,
  { adjusted, limit, drifted, since }: Omit<FeatureDrift, "name" | keyof TestResult>,
): FeatureDrift {
  const isSince = drifted && since !== undefined;
  return { name, statistic, value, pValue, adjusted, limit, drifted, ...(isSince && { since }) };
}

/** The minute from which all these gains together are largest; undefined where there are none. */
function changeAt(
  minutes: readonly number[],
  gains: readonly (readonly number[])[],
): number | undefined {
  const together = minutes.map((_, at) => sum(gains.map((each) => each[at] ?? 0)));
  const largest = together.reduce((most, gain) => Math.max(most, gain), 0);
  // Of equal ones the last: a minute without values of the features says nothing.
  return largest > 0 ? minutes[together.lastIndexOf(largest)] : undefined;
}
