import { UsageError } from "../../pipeline/errors.ts";

type Kind = "integer" | "float" | "boolean" | "text";

interface Rule {
  readonly kind: Kind;
  readonly required?: true;
  readonly default?: string;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  readonly pattern?: RegExp;
}

const share = { kind: "float", min: 0, max: 1 } as const;
const positive = { kind: "integer", min: 1 } as const;
const flag = { kind: "integer", min: 0, max: 1, default: "0" } as const;
const depths = ["18", "34", "50", "101", "152", "200", "20", "32", "44", "56", "110"];

/**
 * The hyperparameters of SageMaker's built-in image classification (MXNet), with the guide's ranges and
 * defaults: https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html
 */
const HYPERPARAMETERS: Readonly<Record<string, Rule>> = {
  num_classes: { ...positive, min: 2, required: true },
  num_training_samples: { ...positive, required: true },
  augmentation_type: { kind: "text", choices: ["crop", "crop_color", "crop_color_transform"] },
  beta_1: { ...share, default: "0.9" },
  beta_2: { ...share, default: "0.999" },
  checkpoint_frequency: positive,
  early_stopping: { kind: "boolean", default: "False" },
  early_stopping_min_epochs: { ...positive, default: "10" },
  early_stopping_patience: { ...positive, default: "5" },
  early_stopping_tolerance: { ...share, default: "0" },
  epochs: { ...positive, default: "30" },
  eps: { ...share, default: "1e-8" },
  gamma: { ...share, default: "0.9" },
  image_shape: { kind: "text", pattern: /^\s*\d+\s*,\s*\d+\s*,\s*\d+\s*$/, default: "3,224,224" },
  kv_store: { kind: "text", choices: ["dist_sync", "dist_async"] },
  learning_rate: { ...share, default: "0.1" },
  lr_scheduler_factor: { ...share, default: "0.1" },
  lr_scheduler_step: { kind: "text", pattern: /^\s*\d+(\s*,\s*\d+)*\s*$/ },
  mini_batch_size: { ...positive, default: "32" },
  momentum: { ...share, default: "0.9" },
  multi_label: flag,
  num_layers: { kind: "integer", choices: depths, default: "152" },
  optimizer: { kind: "text", choices: ["sgd", "adam", "rmsprop", "nag"], default: "sgd" },
  precision_dtype: { kind: "text", choices: ["float32", "float16"], default: "float32" },
  resize: positive,
  top_k: { kind: "integer", min: 2 },
  use_pretrained_model: flag,
  use_weighted_loss: flag,
  weight_decay: { ...share, default: "0.0001" },
};

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

function fits(rule: Rule, value: string): boolean {
  if (rule.choices !== undefined) return rule.choices.includes(value);
  if (rule.pattern !== undefined) return rule.pattern.test(value);
  if (rule.kind === "boolean") return /^(True|False)$/.test(value);
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (rule.kind === "integer" && !Number.isSafeInteger(number)) return false;
  return Number.isFinite(number) && number >= (rule.min ?? 0) && number <= (rule.max ?? Infinity);
}

function expected(rule: Rule): string {
  if (rule.choices !== undefined) return `one of the following: ${rule.choices.join(", ")}`;
  if (rule.pattern !== undefined) return `a string that matches ${rule.pattern.source}`;
  if (rule.kind === "boolean") return "True or False";
  const range = `${rule.min ?? 0} or more${rule.max === undefined ? "" : `, ${rule.max} or less`}`;
  return `${rule.kind === "integer" ? "an integer" : "a float"}, ${range}`;
}

function invalid(what: string, cause: string): UsageError {
  return new UsageError(`${what} (caused by ValidationError)\n\nCaused by: ${cause}`);
}
