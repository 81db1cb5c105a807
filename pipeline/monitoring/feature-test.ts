import { chiSquaredTest } from "./chi-squared.ts";
import type { Distribution } from "./distribution.ts";
import { fisherTest, type Share } from "./fisher.ts";
import { CountsByMinute } from "./counts-by-minute.ts";
import { KsStream } from "./ks.ts";
import { binCounts, binOf, type Bins, decileBins, psiTest } from "./psi.ts";

/** One test of one feature, before the number of all tests is taken into account. */
export interface TestResult {
  readonly statistic: "ks" | "psi" | "chi-squared" | "fisher";
  /** D, the index, chi-squared, or by how much the share is larger than the baseline's. */
  readonly value: number;
  readonly pValue: number;
}

/** A feature of a stream beside that of the baseline. */
export interface FeatureTest {
  readonly name: string;
  /** Values that came so far. */
  readonly size: number;
  test(): TestResult[];
  /** The baseline's counts in some bins. */
  readonly expected: readonly number[];
  /** The stream's in the same bins, by minute. */
  readonly byMinute: CountsByMinute;
}

/** A numeric feature: Kolmogorov and Smirnov's test, and the index over the baseline's deciles. */
export class NumericTest implements FeatureTest {
  readonly name: string;
  readonly expected: readonly number[];
  readonly byMinute: CountsByMinute;
  readonly #bins: Bins;
  readonly #ks: KsStream;
  size = 0;

  constructor(name: string, baseline: Distribution) {
    this.name = name;
    this.#bins = decileBins(baseline);
    this.#ks = new KsStream(baseline);
    this.expected = binCounts(baseline, this.#bins);
    this.byMinute = new CountsByMinute(this.expected.length);
  }

  add(value: number, minute: number): void {
    this.size += 1;
    this.#ks.add(value);
    this.byMinute.add(minute, binOf(value, this.#bins));
  }

  test(): TestResult[] {
    const { d, pValue } = this.#ks.test();
    return [{ statistic: "ks", value: d, pValue }, indexOf(this)];
  }
}

/** A feature of few values: Pearson's chi-squared test, and the index over the values. */
export class CategoryTest implements FeatureTest {
  readonly name: string;
  readonly expected: readonly number[];
  readonly byMinute: CountsByMinute;
  size = 0;

  constructor(name: string, expected: readonly number[]) {
    this.name = name;
    this.expected = expected;
    this.byMinute = new CountsByMinute(expected.length);
  }

  add(category: number, minute: number): void {
    this.size += 1;
    this.byMinute.add(minute, category);
  }

  test(): TestResult[] {
    const { chiSquared, pValue } = chiSquaredTest(this.expected, this.byMinute.total());
    return [{ statistic: "chi-squared", value: chiSquared, pValue }, indexOf(this)];
  }
}

/** A share, such as that of the records below a threshold: Fisher's exact test. */
export class ShareTest implements FeatureTest {
  readonly name: string;
  readonly expected: readonly [others: number, hits: number];
  readonly byMinute = new CountsByMinute(2);
  readonly #expected: Share;
  size = 0;

  constructor(name: string, expected: Share) {
    this.name = name;
    this.#expected = expected;
    this.expected = [expected.of - expected.hits, expected.hits];
  }

  add(hit: boolean, minute: number): void {
    this.size += 1;
    this.byMinute.add(minute, hit ? 1 : 0);
  }

  /** The stream's share, 0 to 1; undefined of nothing. */
  get share(): number | undefined {
    return this.size === 0 ? undefined : (this.byMinute.total()[1] ?? 0) / this.size;
  }

  test(): TestResult[] {
    const now = { hits: this.byMinute.total()[1] ?? 0, of: this.size };
    const { hits, of } = this.#expected;
    const pValue = fisherTest(this.#expected, now);
    return [{ statistic: "fisher", value: now.hits / now.of - hits / of, pValue }];
  }
}

function indexOf({ expected, byMinute }: FeatureTest): TestResult {
  const { psi, pValue } = psiTest(expected, byMinute.total());
  return { statistic: "psi", value: psi, pValue };
}
