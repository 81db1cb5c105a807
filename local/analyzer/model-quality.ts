import * as z from "zod";

/** The part of Model Monitor's constraints of a classifier's quality that is looked at. */
export const qualityConstraintsSchema = z.object({
  multiclass_classification_constraints: z.record(
    z.string(),
    z.object({ threshold: z.coerce.number(), comparison_operator: z.enum(["LessThanThreshold"]) }),
  ),
});

/**
 * A classifier's answers beside the labels, and its accuracy.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
 */
export class ModelQuality {
  readonly #matrix = new Map<string, Map<string, number>>();
  #items = 0;
  #correct = 0;

  get items(): number {
    return this.#items;
  }

  add(label: string, predicted: string): void {
    const row = this.#matrix.get(label) ?? new Map<string, number>();
    row.set(predicted, (row.get(predicted) ?? 0) + 1);
    this.#matrix.set(label, row);
    this.#items += 1;
    if (label === predicted) this.#correct += 1;
  }

  statistics() {
    const confusion_matrix = Object.fromEntries(
      [...this.#matrix].map(([label, row]) => [label, Object.fromEntries(row)]),
    );
    return {
      version: 0,
      dataset: { item_count: this.#items },
      multiclass_classification_metrics: {
        confusion_matrix,
        accuracy: { value: this.#accuracy, standard_deviation: "NaN" },
      },
    };
  }

  violations({ multiclass_classification_constraints }: z.infer<typeof qualityConstraintsSchema>) {
    const { accuracy } = multiclass_classification_constraints;
    if (accuracy === undefined || this.#accuracy >= accuracy.threshold) return { violations: [] };
    const { threshold, comparison_operator } = accuracy;
    const description = `Metric accuracy with ${this.#accuracy} was ${comparison_operator} '${threshold}'`;
    return {
      violations: [
        { constraint_check_type: comparison_operator, description, metric_name: "accuracy" },
      ],
    };
  }

  get #accuracy(): number {
    return this.#correct / this.#items;
  }
}
