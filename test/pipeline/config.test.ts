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

test("the repository's pipeline.yaml says every default, and nothing else", async () => {
  expect(await loadConfig("pipeline.yaml")).toEqual(parseConfig(""));
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

test("every mistake is named at once", () => {
  expect(complaint("region: moon\nendpoint:\n  instanceCount: 0\n").split("\n")).toHaveLength(2);
});

test("the gate cannot be lowered", () => {
  expect(complaint("gate:\n  accuracy: 0.5\n")).toContain("the gate never opens below 0.94");
});

test("a class without a route is refused", () => {
  expect(complaint("dataset:\n  classes: [bicycle, motorcycle, bus]\n")).toContain(
    'has no route for the class "bus"',
  );
});

test("spot training cannot wait shorter than it runs", () => {
  expect(complaint("training:\n  maxWaitMinutes: 30\n")).toContain("training.maxWaitMinutes");
});

test("YAML that cannot be read is refused with its line", () => {
  expect(complaint("project: a\n  gate: [\n")).toMatch(/^pipeline.yaml:\d+: /);
});

test("hyperparameters become the container's strings", () => {
  const config = parseConfig(
    "training:\n  hyperparameters:\n    epochs: 3\n    early_stopping: true\n",
  );
  expect(config.training.hyperparameters).toEqual({ epochs: "3", early_stopping: "1" });
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
