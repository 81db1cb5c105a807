import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { configJsonSchema, loadConfig, parseConfig } from "../../pipeline/config.ts";
import { UsageError } from "../../pipeline/errors.ts";

const complaint = (text: string): string => {
  try {
    parseConfig(text);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error("accepted");
};

test("the repository's pipeline.yaml says every default, but for a gate that was raised", async () => {
  const written = await loadConfig("pipeline.yaml");
  const defaults = parseConfig("");
  const { accuracy } = written.gate;
  expect(accuracy).toBeGreaterThanOrEqual(defaults.gate.accuracy);
  expect(written).toEqual({ ...defaults, gate: { ...defaults.gate, accuracy } });
});

test("the repository's pipeline.yaml names every field there is", async () => {
  const text = await readFile("pipeline.yaml", "utf8");
  const fields = (schema: unknown): string[] => {
    const { properties = {} } = schema as { properties?: object };
    return Object.keys(properties).concat(Object.values(properties).flatMap(fields));
  };
  for (const name of fields(configJsonSchema())) expect(text).toMatch(new RegExp(`\\b${name}:`));
});

test("pipeline.schema.json is the schema of the code", async () => {
  const committed: unknown = JSON.parse(await readFile("pipeline.schema.json", "utf8"));
  expect(committed).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

test("an unknown field is named with its line", () => {
  expect(complaint("project: a\ngate:\n  accurcy: 0.95\n")).toBe(
    "pipeline.yaml:3: gate.accurcy: is not a field of the configuration",
  );
});

test("a wrong value is named with its line", () => {
  expect(complaint("dataset:\n  classes: [bicycle]\n")).toMatch(
    /^pipeline.yaml:2: dataset.classes: /,
  );
});

test.each(["uploads", "captures"])(
  "no environment is called %s, as all of theirs lie there",
  (name) => {
    expect(complaint(`environment: ${name}\n`)).toMatch(
      /^pipeline.yaml:1: environment: is a folder/,
    );
  },
);

test("a class that stands there twice is refused with its line", () => {
  expect(complaint("dataset:\n  classes:\n    - bicycle\n    - bicycle\n")).toBe(
    'pipeline.yaml:4: dataset.classes.1: "bicycle" is there already: each class once',
  );
});

test.each(["- a\n", "words\n"])("what is no map is refused: %j", (text) => {
  expect(complaint(text)).toBe("pipeline.yaml: is no map of fields");
});

test("an alias without an anchor is refused", () => {
  expect(complaint("gate: *x\n")).toMatch(/^pipeline\.yaml: Unresolved alias .*x/);
});

test("every mistake is named at once", () => {
  expect(complaint("region: moon\nendpoint:\n  instanceCount: 0\n").split("\n")).toHaveLength(2);
});

test("the gate cannot be lowered", () => {
  expect(complaint("gate:\n  accuracy: 0.5\n")).toContain("the gate never opens below 0.94");
});

test("a background that has a route, or the name of a vehicle, is refused", () => {
  expect(complaint("dataset:\n  background: { name: bicycle }\n")).toBe(
    'pipeline.yaml:2: dataset.background.name: "bicycle" is a class of dataset.classes already: choose another name, or the count 0 for no background',
  );
  const routed =
    "application:\n  routes:\n    bicycle: { bay: A, orders: all }\n    motorcycle: { bay: B, orders: all }\n    background: { bay: C, orders: none }\n";
  expect(complaint(routed)).toContain('"background" has a route in application.routes');
  const none = parseConfig(`${routed}dataset: { background: { count: 0 } }\n`);
  expect(none.dataset.background.count).toBe(0);
});

test("a class without a route is refused", () => {
  expect(complaint("dataset:\n  classes: [bicycle, motorcycle, bus]\n")).toContain(
    'has no route for the class "bus"',
  );
});

test.each([
  ["{ strategy: canary }", 15, "must be over 15"],
  ["{ strategy: linear }", 30, "must be over 30"],
  ["{ strategy: all-at-once, terminationWaitSeconds: 600 }", 10, "must be over 10"],
])("an endpoint's wait covers the waits of a deployment of %s", (deployment, minutes, why) => {
  expect(
    complaint(`endpoint:\n  deployment: ${deployment}\n  maxWaitMinutes: ${minutes}\n`),
  ).toMatch(new RegExp(`^pipeline.yaml:3: endpoint.maxWaitMinutes: ${why}`));
});

test.each([9, 481])(
  "an endpoint's wait of %i minutes is none that AWS gives an update",
  (minutes) => {
    expect(complaint(`endpoint:\n  maxWaitMinutes: ${minutes}\n`)).toMatch(
      /^pipeline.yaml:2: endpoint.maxWaitMinutes: AWS gives an update at /,
    );
  },
);

test.each([
  ["instanceCount: 2, scaling: { minCapacity: 3, maxCapacity: 2 }", "scaling.minCapacity: must be"],
  ["instanceCount: 5", "instanceCount: must be from scaling.minCapacity, 1, to "],
  ["scaling: { minCapacity: 2 }", "instanceCount: must be from scaling.minCapacity, 2, to "],
])("an endpoint of { %s } is refused before anything is deployed", (fields, why) => {
  expect(complaint(`endpoint: { ${fields} }`)).toContain(`endpoint.${why}`);
});

test.each([5, 51])("a deployment's step of %i% is none that AWS takes", (percent) => {
  expect(complaint(`endpoint:\n  deployment: { stepPercent: ${percent} }\n`)).toContain(
    "pipeline.yaml:2: endpoint.deployment.stepPercent: AWS takes",
  );
});

test.each(["cron(30 * ? * * *)", "cron(0 24 ? * * *)", "cron(0 0/25 ? * * *)", "NOW", "hourly"])(
  "Model Monitor's schedule %j is none that repeats on AWS",
  (schedule) => {
    expect(complaint(`monitoring:\n  modelMonitor: { schedule: "${schedule}" }\n`)).toContain(
      "pipeline.yaml:2: monitoring.modelMonitor.schedule: hourly",
    );
  },
);

test("Model Monitor is off unless it is asked for, and refused where nothing is captured", () => {
  expect(parseConfig("").monitoring.modelMonitor).toBeUndefined();
  expect(parseConfig("monitoring: { modelMonitor: {} }").monitoring.modelMonitor).toEqual({
    schedule: "cron(0 * ? * * *)",
    instanceType: "ml.m5.xlarge",
    modelQuality: false,
  });
  expect(
    complaint("monitoring:\n  modelMonitor: {}\nendpoint: { capturePercentage: 0 }\n"),
  ).toContain("pipeline.yaml:2: monitoring.modelMonitor: has nothing to look at");
});

test("spot training cannot wait shorter than it runs", () => {
  expect(complaint("training:\n  maxWaitMinutes: 30\n")).toContain("training.maxWaitMinutes");
});

test.each([
  ["ranges: {}", "needs at least one hyperparameter to search"],
  ["ranges: { epochs: { min: 1, max: 2 } }", "ranges.epochs: is not a field"],
  ["ranges: { momentum: { min: 0.9, max: 0.1 } }", "min must be less than max"],
  ["ranges: { momentum: { min: 0.9, max: 1.1 } }", "ranges.momentum.max: Too big"],
  ["ranges: { eps: { min: 0, max: 1, scaling: Logarithmic } }", "needs a min above 0"],
  ["ranges: { eps: { min: 0, max: 1, scaling: ReverseLogarithmic } }", "needs a max below 1"],
  ["ranges: { mini_batch_size: { min: 1.5, max: 2 } }", "expected int"],
  ["ranges: { optimizer: { values: [lbfgs] } }", "ranges.optimizer.values.0"],
  ["maxJobs: 751", "AWS runs at most 750 training jobs a tuning job"],
  ["maxJobs: 20, maxParallelJobs: 11", "AWS runs at most 10 of them at once"],
  ["maxJobs: 2, maxParallelJobs: 3", "must not be greater than maxJobs, 2"],
  ["strategy: Grid", "training.tuning.strategy"],
])("a tuning of %s is refused", (fields, message) => {
  const ranges = fields.startsWith("ranges") ? "" : "ranges: { eps: { min: 0, max: 1 } }, ";
  expect(complaint(`training: { tuning: { ${ranges}${fields} } }`)).toContain(message);
});

test("names that leave no room for a tuning job's are refused where there is one", () => {
  const names = "project: vehicles\nenvironment: production\n";
  const tuning = "training: { tuning: { ranges: { eps: { min: 0, max: 1 } } } }";
  expect(parseConfig(names).project).toBe("vehicles");
  expect(complaint(names + tuning)).toBe(
    "pipeline.yaml:3: training.tuning: a tuning job's name has at most 32 characters, which leaves " +
      '17 for project and environment together; "vehicles" and "production" have 18',
  );
  expect(parseConfig(tuning).training.tuning).toMatchObject({ strategy: "Bayesian", maxJobs: 9 });
});

test("YAML that cannot be read is refused with its line", () => {
  expect(complaint("project: a\n  gate: [\n")).toMatch(/^pipeline.yaml:\d+: /);
});

test("hyperparameters become the container's strings", () => {
  const config = parseConfig(
    "training:\n  hyperparameters:\n    epochs: 3\n    early_stopping: true\n    use_weighted_loss: true\n",
  );
  expect(config.training.hyperparameters).toMatchObject({
    epochs: "3",
    early_stopping: "True",
    use_weighted_loss: "1",
  });
});

test("a hyperparameter that is left out keeps its default, and null leaves it to the container", () => {
  const defaults = parseConfig("").training.hyperparameters;
  const config = parseConfig(
    "training: { hyperparameters: { epochs: 3, augmentation_type: null } }",
  );
  const { augmentation_type: _left, ...others } = defaults;
  expect(config.training.hyperparameters).toEqual({ ...others, epochs: "3" });
});

test.each([
  ["epochs: 0", 'epochs: is "0" and must be an integer, 1 or more'],
  ["epochs: fast", 'epochs: is "fast" and must be an integer, 1 or more'],
  ["learning_rate: -1", 'learning_rate: is "-1" and must be a float, 0 or more, 1 or less'],
  ["num_layers: 19", 'num_layers: is "19" and must be one of the following: 18, 34, '],
])("a hyperparameter that no container takes is refused with its line: %s", (entry, words) => {
  expect(complaint(`training:\n  hyperparameters:\n    ${entry}\n`)).toContain(
    `pipeline.yaml:3: training.hyperparameters.${words}`,
  );
});

test("an override wins over the file, and the file over the default", () => {
  const spot = { path: ["training", "spot"], value: false, from: "Input spot" };
  const { training } = parseConfig("training: { spot: true, maxRuntimeMinutes: 7 }", "p", [spot]);
  expect(training).toMatchObject({ spot: false, maxRuntimeMinutes: 7, maxWaitMinutes: 120 });
  expect(parseConfig("", "p", [spot]).training.spot).toBe(false);
});

test("a wrong override is named instead of a line", () => {
  const low = { path: ["gate", "accuracy"], value: 0.5, from: "Input accuracy" };
  expect(() => parseConfig("gate: { accuracy: 0.95 }", "pipeline.yaml", [low])).toThrow(
    "Input accuracy: 0.5: the gate never opens below 0.94",
  );
});

test("a configuration that cannot be read names the option", async () => {
  await expect(loadConfig("no-such.yaml")).rejects.toThrow("--config");
});
