import type { Constraints } from "../../pipeline/monitoring/constraints.ts";
import { featureOf, type Statistics } from "../../pipeline/monitoring/statistics.ts";
import type { Violations } from "../../pipeline/monitoring/violations.ts";
import type { FlatRecord } from "./captures.ts";
import { Column } from "./column.ts";

/** Flat records beside a baseline, in constant memory: what Model Monitor's data quality is about. */
export class DataQuality {
  readonly #statistics: Statistics;
  readonly #constraints: Constraints;
  readonly #columns: Map<string, Column>;
  #items = 0;

  constructor(statistics: Statistics, constraints: Constraints) {
    this.#statistics = statistics;
    this.#constraints = constraints;
    this.#columns = new Map(
      constraints.features.map((constraint) => {
        const { name } = constraint;
        return [name, new Column(name, constraint, featureOf(statistics, name))];
      }),
    );
  }

  get items(): number {
    return this.#items;
  }

  add(record: FlatRecord): void {
    for (const name of Object.keys(record)) {
      if (!this.#columns.has(name)) this.#columns.set(name, new Column(name, undefined));
    }
    for (const [name, column] of this.#columns) column.add(record[name]);
    this.#items += 1;
  }

  statistics(): Statistics {
    return {
      version: 0,
      dataset: { item_count: this.#items },
      features: [...this.#columns.values()].map((column) => column.statistics()),
    };
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html */
  violations(): Violations {
    const { monitoring_config } = this.#constraints;
    return {
      violations: [...this.#columns.values()].flatMap((column) =>
        column.violations(monitoring_config, featureOf(this.#statistics, column.name)),
      ),
    };
  }
}
