import { UsageError } from "../../pipeline/errors.ts";
import {
  expected,
  fits,
  HYPERPARAMETERS,
  type Rule,
} from "../../pipeline/training/hyperparameters.ts";

/** Hyperparameters by name, the defaults filled in; those without value or default are absent. */
export type Hyperparameters = Readonly<Record<string, string>>;

/** What SageMaker adds to the jobs of a tuning: the name of its objective. */
const ADDED = "_tuning_objective_metric";

/**
 * Checks hyperparameters as they came (every value a string) and fills in the defaults.
 * @throws UsageError in the words of the container's validation, naming all that is wrong.
 */
export function parseHyperparameters(given: Readonly<Record<string, unknown>>): Hyperparameters {
  const unknown = Object.keys(given).filter((name) => name !== ADDED && !(name in HYPERPARAMETERS));
  if (unknown.length > 0) {
    const names = unknown.map((name) => `'${name}'`).join(", ");
    const were = unknown.length > 1 ? "were" : "was";
    throw invalid(
      `Additional hyperparameters are not allowed (${names} ${were} unexpected)`,
      `Additional properties are not allowed (${names} ${were} unexpected)`,
    );
  }
  const rules = Object.entries(HYPERPARAMETERS);
  const missing = rules.filter(([name, rule]) => rule.required && !(name in given));
  if (missing.length > 0) {
    const names = missing.map(([name]) => `'${name}'`).join(", ");
    throw invalid(
      `No value(s) were specified for ${names} which are required hyperparameter(s)`,
      `${names} is a required property`,
    );
  }
  const values = rules.flatMap(([name, rule]): [string, string][] => {
    const value = given[name] ?? rule.default;
    return value === undefined ? [] : [[name, check(name, rule, value)]];
  });
  return Object.fromEntries(values);
}

function check(name: string, rule: Rule, value: unknown): string {
  if (typeof value === "string" && fits(rule, value)) return value.trim();
  throw invalid(
    `The value ${JSON.stringify(value)} is not valid for the '${name}' hyperparameter which expects ${expected(rule)}`,
    `${JSON.stringify(value)} is not valid under any of the given schemas`,
  );
}

function invalid(what: string, cause: string): UsageError {
  return new UsageError(`${what} (caused by ValidationError)\n\nCaused by: ${cause}`);
}
