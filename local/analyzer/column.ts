import type { Constraints } from "../../pipeline/monitoring/constraints.ts";
import { completenessOf } from "../../pipeline/monitoring/constraints.ts";
import { distributionOf } from "../../pipeline/monitoring/distribution.ts";
import { KsStream } from "../../pipeline/monitoring/ks.ts";
import { type FeatureStatistics } from "../../pipeline/monitoring/statistics.ts";
import { CategorySummary, NumericSummary } from "../../pipeline/monitoring/summary.ts";
import type { Violations } from "../../pipeline/monitoring/violations.ts";
import type { Value } from "./captures.ts";

type Violation = Violations["violations"][number];
type Constraint = Constraints["features"][number];

/** One column of the records beside its baseline. */
export class Column {
  readonly name: string;
  readonly #constraint: Constraint | undefined;
  readonly #isNumeric: boolean;
  readonly #numbers = new NumericSummary();
  readonly #strings: CategorySummary;
  readonly #ks: KsStream | undefined;
  #present = 0;
  #missing = 0;
  #otherType = 0;
  #negative = 0;

  constructor(name: string, constraint: Constraint | undefined, baseline?: FeatureStatistics) {
    const sketch = baseline?.numerical_statistics?.distribution.kll.sketch;
    this.name = name;
    this.#constraint = constraint;
    this.#isNumeric = (constraint?.inferred_type ?? "String") !== "String";
    this.#strings = new CategorySummary(constraint?.string_constraints?.domains ?? []);
    this.#ks = sketch && new KsStream(distributionOf(sketch));
  }

  add(value: Value): void {
    if (value === undefined || value === null) {
      this.#missing += 1;
      if (this.#isNumeric) this.#numbers.add(undefined);
      return;
    }
    this.#present += 1;
    if ((typeof value === "number") !== this.#isNumeric) this.#otherType += 1;
    if (!this.#isNumeric) this.#strings.add(String(value));
    else if (typeof value === "number") {
      this.#numbers.add(value);
      this.#ks?.add(value);
      if (value < 0) this.#negative += 1;
    } else this.#numbers.add(undefined);
  }

  statistics(): FeatureStatistics {
    if (this.#isNumeric) {
      const type = this.#constraint?.inferred_type === "Integral" ? "Integral" : "Fractional";
      return this.#numbers.feature(this.name, type);
    }
    const feature = this.#strings.feature(this.name);
    const found = feature.string_statistics;
    if (found !== undefined) found.common.num_missing = this.#missing;
    return feature;
  }

  violations(checks: Constraints["monitoring_config"], baseline?: FeatureStatistics): Violation[] {
    const found: Violation[] = [];
    const violate = (
      constraint_check_type: Violation["constraint_check_type"],
      description: string,
    ) => found.push({ feature_name: this.name, constraint_check_type, description });
    if (this.#constraint === undefined) {
      violate("extra_column_check", "The baseline has no such column.");
      return found;
    }
    const { inferred_type, completeness, string_constraints, num_constraints } = this.#constraint;
    const other = this.#present === 0 ? 0 : this.#otherType / this.#present;
    if (other > checks.datatype_check_threshold) {
      violate("data_type_check", `Not ${inferred_type}: ${percent(other)} of the values.`);
    }
    const complete = completenessOf(this.statistics()) ?? 0;
    if (complete < completeness) {
      violate(
        "completeness_check",
        `Completeness ${complete.toFixed(4)} is below ${completeness.toFixed(4)}.`,
      );
    }
    if (num_constraints?.is_non_negative === true && this.#negative > 0) {
      violate("data_type_check", `Negative: ${this.#negative} of the values.`);
    }
    const unknown = this.#unknown(string_constraints?.domains ?? []);
    if (string_constraints !== undefined && unknown > checks.domain_content_threshold) {
      violate(
        "categorical_values_check",
        `Not in the baseline: ${percent(unknown)} of the values.`,
      );
    }
    const { distribution_constraints: drift } = checks;
    const isString = baseline?.string_statistics !== undefined;
    const limit = isString
      ? (drift.categorical_comparison_threshold ?? drift.comparison_threshold)
      : drift.comparison_threshold;
    const distance = this.#distance(baseline, drift.comparison_method);
    if (drift.perform_comparison === "Enabled" && distance !== undefined && distance > limit) {
      violate(
        "baseline_drift_check",
        `Baseline drift distance: ${distance.toFixed(4)} exceeds threshold: ${limit}`,
      );
    }
    return found;
  }

  #unknown(domains: readonly string[]): number {
    const buckets = this.#strings.feature(this.name).string_statistics?.distribution.categorical
      .buckets;
    const strange = (buckets ?? []).filter(({ value }) => !domains.includes(value));
    return this.#present === 0
      ? 0
      : strange.reduce((sum, { count }) => sum + count, 0) / this.#present;
  }

  /**
   * The largest difference of the two distributions (of two categories' shares), less what chance may
   * make of it where the method is Robust: Deequ's `Distance`, on which Model Monitor rests.
   */
  #distance(
    baseline: FeatureStatistics | undefined,
    method: "Simple" | "Robust",
  ): number | undefined {
    const n =
      baseline?.numerical_statistics?.common.num_present ??
      baseline?.string_statistics?.common.num_present ??
      0;
    const m = this.#present - (this.#isNumeric ? this.#otherType : 0);
    if (n === 0 || m === 0) return undefined;
    const simple = this.#ks === undefined ? this.#shareDistance(baseline, n, m) : this.#ks.test().d;
    return method === "Simple" ? simple : Math.max(0, simple - 1.8 * Math.sqrt((n + m) / (n * m)));
  }

  #shareDistance(baseline: FeatureStatistics | undefined, n: number, m: number): number {
    const before = countsOf(baseline);
    const now = countsOf(this.#strings.feature(this.name));
    const values = new Set([...before.keys(), ...now.keys()]);
    return Math.max(
      ...[...values].map((value) =>
        Math.abs((before.get(value) ?? 0) / n - (now.get(value) ?? 0) / m),
      ),
    );
  }
}

function countsOf(feature: FeatureStatistics | undefined): ReadonlyMap<string, number> {
  const buckets = feature?.string_statistics?.distribution.categorical.buckets ?? [];
  return new Map(buckets.map(({ value, count }) => [value, count]));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
