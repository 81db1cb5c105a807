import { readFile } from "node:fs/promises";
import { type Document, LineCounter, parseDocument } from "yaml";
import * as z from "zod";
import { endpoint } from "./endpoint/endpoint-settings.ts";
import { environment, name } from "./environment-name.ts";
import { messageOf, UsageError } from "./errors.ts";
import { monitoring } from "./monitoring/monitoring-settings.ts";
import { training } from "./training/training-settings.ts";
import { nameComplaint } from "./training/tuning-schema.ts";

const arn = z.string().startsWith("arn:", "must be an ARN (arn:...)");
const share = z.number().gt(0).lt(1);

const background = z.strictObject({
  name: z
    .string()
    .regex(/^[^/\\]+$/, "a name without slashes")
    .default("background"),
  count: z.int().nonnegative().default(400),
  seed: z.int().nonnegative().default(1),
});

const dataset = z.strictObject({
  source: z.string().default("cifar-100"),
  classes: z.array(z.string().min(1)).min(2).default(["bicycle", "motorcycle"]),
  background: background.prefault({}),
  withCaptures: z.boolean().default(true),
  validation: share.default(0.1),
  seed: z.int().nonnegative().default(1),
});

const evaluation = z.strictObject({
  instanceType: z.string().startsWith("ml.").default("ml.m5.xlarge"),
  maxConcurrentTransforms: z.int().min(1).max(16).default(4),
  maxRuntimeMinutes: z.int().min(1).default(30),
});

const gate = z.strictObject({
  accuracy: z.number().min(0.94, "the gate never opens below 0.94").max(1).default(0.94),
  maxRegression: z.number().min(0).max(1).default(0),
});

const application = z.strictObject({
  confidence: share.default(0.93),
  routes: z
    .record(z.string(), z.strictObject({ bay: z.string().min(1), orders: z.string().min(1) }))
    .default({
      bicycle: { bay: "A", orders: "0-2 km" },
      motorcycle: { bay: "B", orders: "2-10 km" },
    }),
  api: z
    .strictObject({
      rateLimit: z.int().min(1).max(10_000).default(5),
      burstLimit: z.int().min(1).max(5000).default(5),
    })
    .prefault({}),
  notify: z.email().optional(),
  fleet: z
    .strictObject({
      batchSize: z.int().min(1).max(50).default(20),
      maxConcurrency: z.int().min(1).max(1000).default(10),
      toleratedFailurePercentage: z.int().min(0).max(100).default(10),
    })
    .prefault({}),
});

const teardown = z.strictObject({
  keepReports: z.boolean().default(true),
  keepModels: z.boolean().default(true),
  keepLabels: z.boolean().default(true),
  protect: z.array(name).default([]),
});

const schema = z
  .strictObject({
    project: name.max(16).default("scones"),
    environment: environment.default("production"),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/)
      .default("us-east-1"),
    /** Made by cloudformation/bootstrap.yaml; the local run fills them in. */
    bucket: z.string().optional(),
    executionRoleArn: arn.optional(),
    cloudFormationRoleArn: arn.optional(),
    permissionsBoundaryArn: arn.optional(),
    dataset: dataset.prefault({}),
    training: training.prefault({}),
    evaluation: evaluation.prefault({}),
    gate: gate.prefault({}),
    endpoint: endpoint.prefault({}),
    application: application.prefault({}),
    monitoring: monitoring.prefault({}),
    teardown: teardown.prefault({}),
  })
  .superRefine((config, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: field.split("."), message });
    const { classes } = config.dataset;
    const twice = classes.findIndex((each, at) => classes.indexOf(each) < at);
    if (twice !== -1) {
      refuse(`dataset.classes.${twice}`, `"${classes[twice]}" is there already: each class once`);
    }
    for (const vehicle of config.dataset.classes) {
      if (!(vehicle in config.application.routes)) {
        refuse("application.routes", `has no route for the class "${vehicle}" of dataset.classes`);
      }
    }
    const { name: stranger, count } = config.dataset.background;
    const taken = config.dataset.classes.includes(stranger)
      ? "is a class of dataset.classes already"
      : stranger in config.application.routes
        ? "has a route in application.routes, and must have none"
        : undefined;
    if (count > 0 && taken !== undefined) {
      refuse(
        "dataset.background.name",
        `"${stranger}" ${taken}: choose another name, or the count 0 for no background`,
      );
    }
    const tooLong = nameComplaint(config.project, config.environment);
    if (config.training.tuning !== undefined && tooLong !== undefined) {
      refuse("training.tuning", tooLong);
    }
    if (config.monitoring.modelMonitor !== undefined && config.endpoint.capturePercentage === 0) {
      refuse(
        "monitoring.modelMonitor",
        "has nothing to look at where endpoint.capturePercentage is 0",
      );
    }
    if (
      config.training.spot &&
      config.training.maxWaitMinutes < config.training.maxRuntimeMinutes
    ) {
      refuse(
        "training.maxWaitMinutes",
        "must be at least training.maxRuntimeMinutes where training.spot is true",
      );
    }
  });

/** What `pipeline.yaml` says, every default filled in. */
export type Config = z.output<typeof schema>;

/** A value that wins over what the file says. */
export interface Override {
  /** Of the field: `["training", "spot"]`. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** Who says so, for an error: `input spot`. */
  readonly from: string;
}

/**
 * Reads a configuration from the text of `pipeline.yaml`; `overrides` win over it.
 * @throws UsageError naming the file, the line and the field of everything that is wrong, or the
 * override.
 */
export function parseConfig(
  text: string,
  file = "pipeline.yaml",
  overrides: readonly Override[] = [],
): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number | undefined) =>
    offset === undefined ? "" : `:${lines.linePos(offset).line}`;
  if (document.errors.length > 0) {
    throw new UsageError(
      document.errors.map((error) => `${file}${lineAt(error.pos[0])}: ${error.message}`).join("\n"),
    );
  }
  const written = contentOf(document, file);
  const parsed = schema.safeParse(
    overrides.reduce((config, { path, value }) => withValue(config, path, value), written),
  );
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.flatMap((issue) => {
    const override = overrides.find(({ path }) => path.every((key, at) => issue.path[at] === key));
    if (override !== undefined) {
      return [`${override.from}: ${JSON.stringify(override.value)}: ${issue.message}`];
    }
    const unknown = issue.code === "unrecognized_keys" ? issue.keys : [undefined];
    return unknown.map((key) => {
      const path = key === undefined ? issue.path : [...issue.path, key];
      const message = key === undefined ? issue.message : "is not a field of the configuration";
      const at = `${file}${lineAt(offsetOf(document, path))}: `;
      return path.length === 0 ? `${at}is no map of fields` : `${at}${path.join(".")}: ${message}`;
    });
  });
  throw new UsageError(complaints.join("\n"));
}

/** What a document says, as plain values. @throws UsageError where an alias has no anchor. */
function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (cause) {
    throw new UsageError(`${file}: ${messageOf(cause)}`, { cause });
  }
}

/** A copy with one value set, whatever stood there; what is no map is left for the schema to refuse. */
function withValue(config: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (config !== undefined && (typeof config !== "object" || Array.isArray(config))) return config;
  const map = (config ?? {}) as Record<string, unknown>;
  return { ...map, [key]: withValue(map[key], rest, value) };
}

/** Reads `pipeline.yaml`. @throws UsageError */
export async function loadConfig(
  file: string,
  overrides: readonly Override[] = [],
): Promise<Config> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new UsageError(
      `${file} cannot be read: name the configuration with --config (an action: its input config).`,
      {
        cause,
      },
    );
  });
  return parseConfig(text, file, overrides);
}

/** The JSON schema of `pipeline.yaml`, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(schema, { io: "input" });
}

/** Where in the text a field stands, or the nearest field around it. */
function offsetOf(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): number | undefined {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const key = path[depth - 1];
    const items = (parent as { items?: { key?: { value?: unknown; range?: number[] } }[] } | null)
      ?.items;
    const pair = items?.find((item) => item.key?.value === key);
    if (pair?.key?.range !== undefined) return pair.key.range[0];
    const element = document.getIn(path.slice(0, depth), true) as { range?: number[] } | undefined;
    if (element?.range !== undefined) return element.range[0];
  }
  return undefined;
}
