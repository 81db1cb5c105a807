import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import type { Action } from "../../actions/action.ts";
import { kebab } from "../../actions/inputs.ts";
import { parseConfig } from "../../pipeline/config.ts";

interface Definition {
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly branding: { readonly icon: string; readonly color: string };
  readonly inputs: Readonly<
    Record<string, { description: string; required: boolean; default?: string }>
  >;
  readonly outputs: Readonly<Record<string, { description: string }>>;
  readonly runs: unknown;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const steps = globSync("actions/*/action.yml", { cwd: root }).map((file) =>
  basename(dirname(file)),
);
const source = (step: string, file: string) =>
  readFileSync(join(root, "actions", step, file), "utf8");
const codes = new Map<string, Action>(
  await Promise.all(
    steps.map(async (step): Promise<[string, Action]> => {
      const module = (await import(`../../actions/${step}/index.ts`)) as { action: Action };
      return [step, module.action];
    }),
  ),
);
/** GitHub's, of an action's icon; its icons are checked by actionlint, which knows them all. */
const colours = "white black yellow blue green orange red purple gray-dark".split(" ");

test("each step of the pipeline is an action", () => {
  const files = globSync("pipeline/steps/*.ts", { cwd: root });
  expect(steps.toSorted()).toEqual(files.map((file) => basename(file, ".ts")).toSorted());
});

describe.each(steps)("%s", (step) => {
  const definition = parse(source(step, "action.yml")) as Definition;
  const { inputs, outputs } = codes.get(step) ?? { inputs: {}, outputs: [] };

  test("action.yml has the inputs of the code, required and default alike", () => {
    const ofCode = Object.entries(inputs).map(([name, { required, fallback }]) => [
      kebab(name),
      { required, ...(fallback === undefined ? {} : { default: fallback }) },
    ]);
    const ofFile = Object.entries(definition.inputs).map(([name, { required, ...rest }]) => [
      name,
      { required, ...("default" in rest ? { default: rest.default } : {}) },
    ]);
    expect(Object.fromEntries(ofFile)).toEqual(Object.fromEntries(ofCode));
  });

  test("action.yml has the outputs of the code, in its order", () => {
    expect(Object.keys(definition.outputs)).toEqual(outputs.map((name) => kebab(name)));
  });

  test("runs from source, and says who it is", () => {
    expect(definition.runs).toEqual({ using: "node24", main: "index.ts" });
    const { name, description, author, branding } = definition;
    expect({ name, description, author }).toEqual({
      name: expect.stringMatching(/^[A-Z][a-z]+( [a-z]+)?$/),
      description: expect.stringMatching(/^[A-Z].*\.$/s),
      author: "Scones Unlimited",
    });
    // The Marketplace shows no more.
    expect(description.trim().length).toBeLessThanOrEqual(200);
    expect(branding.icon).toMatch(/^[a-z0-9-]+$/);
    expect(colours).toContain(branding.color);
  });

  test("each input and output has a sentence", () => {
    for (const { description } of Object.values({ ...definition.inputs, ...definition.outputs })) {
      expect(description.trim()).toMatch(/^\S.*[.]$/s);
    }
  });

  test("the description of an override names the field of pipeline.yaml that it wins over", () => {
    for (const [name, { path }] of Object.entries(inputs)) {
      const description = definition.inputs[kebab(name)]?.description.replaceAll(/\s+/g, " ");
      const named =
        /Default: pipeline\.yaml's `([\w.]+)`|stands in for pipeline\.yaml's `([\w.]+)`/;
      const [, field, replaced] = named.exec(description ?? "") ?? [];
      expect([name, field ?? replaced]).toEqual([name, path?.join(".")]);
    }
  });

  test("an override's field is one of the configuration", () => {
    for (const [name, { path }] of Object.entries(inputs)) {
      if (path === undefined) continue;
      const override = { path, value: Symbol("nothing that fits"), from: name };
      expect(() => parseConfig("", "pipeline.yaml", [override])).toThrow(`${name}: `);
    }
  });

  test("no input is without use", () => {
    const code = source(step, "index.ts");
    for (const [name, { path }] of Object.entries(inputs)) {
      if (path !== undefined || name === "config") continue;
      expect(code.match(new RegExp(`\\b${name}\\b`, "g"))?.length ?? 0).toBeGreaterThan(1);
    }
  });
});
