import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";

interface State {
  readonly Type: string;
  readonly Retry?: unknown;
  readonly Catch?: readonly { readonly ErrorEquals: string[]; readonly Next: string }[];
}

const read = (file: string) =>
  readFile(new URL(`../../cloudformation/${file}`, import.meta.url), "utf8");
const definition = await read("classify.asl.json");
const { States } = JSON.parse(definition) as { States: Record<string, State> };

test("the template substitutes every placeholder of the definition, and no other", async () => {
  const template = parse(await read("application.yaml"), { logLevel: "silent" }) as {
    Resources: { StateMachine: { Properties: { DefinitionSubstitutions: object } } };
  };
  const placeholders = new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
  const substituted = Object.keys(
    template.Resources.StateMachine.Properties.DefinitionSubstitutions,
  );
  expect(new Set(substituted)).toEqual(placeholders);
});

test("every task is retried and leads a failure to the notice, the notice's own to the end", () => {
  const tasks = Object.entries(States).filter(([, { Type }]) => Type === "Task");
  expect(tasks).toHaveLength(4);
  for (const [name, { Retry, Catch }] of tasks) {
    expect(Retry).toBeDefined();
    const Next = name === "Notify" ? "Failed" : "Notify";
    expect(Catch).toEqual([expect.objectContaining({ ErrorEquals: ["States.ALL"], Next })]);
  }
});
