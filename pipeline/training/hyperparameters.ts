type Kind = "integer" | "float" | "boolean" | "text";

export interface Rule {
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
export const HYPERPARAMETERS: Readonly<Record<string, Rule>> = {
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

/** Whether a hyperparameter's value, as it travels, is one that its rule allows. */
export function fits(rule: Rule, value: string): boolean {
  if (rule.choices !== undefined) return rule.choices.includes(value);
  if (rule.pattern !== undefined) return rule.pattern.test(value);
  if (rule.kind === "boolean") return /^(True|False)$/.test(value);
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (rule.kind === "integer" && !Number.isSafeInteger(number)) return false;
  return Number.isFinite(number) && number >= (rule.min ?? 0) && number <= (rule.max ?? Infinity);
}

/** What a rule expects, in words. */
export function expected(rule: Rule): string {
  if (rule.choices !== undefined) return `one of the following: ${rule.choices.join(", ")}`;
  if (rule.pattern !== undefined) return `a string that matches ${rule.pattern.source}`;
  if (rule.kind === "boolean") return "True or False";
  const range = `${rule.min ?? 0} or more${rule.max === undefined ? "" : `, ${rule.max} or less`}`;
  return `${rule.kind === "integer" ? "an integer" : "a float"}, ${range}`;
}
