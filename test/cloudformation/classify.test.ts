import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";

interface State {
  readonly Type: string;
  readonly Retry?: unknown;
  readonly Catch?: readonly { readonly ErrorEquals: string[]; readonly Next: string }[];
  readonly ItemProcessor?: { readonly States: Record<string, State> };
}

interface StateMachine {
  readonly Properties: {
    readonly DefinitionSubstitutions: object;
    readonly StateMachineType: string;
  };
}

const read = (file: string) =>
  readFile(new URL(`../../cloudformation/${file}`, import.meta.url), "utf8");
const { Resources } = parse(await read("application.yaml"), { logLevel: "silent" }) as {
  Resources: Record<string, StateMachine>;
};

test.each([
  ["StateMachine", "classify.asl.json", "EXPRESS"],
  ["Fleet", "classify-fleet.asl.json", "STANDARD"],
])(
  "the template's %s substitutes every placeholder of %s, and no other",
  async (name, file, type) => {
    const placeholders = new Set(
      [...(await read(file)).matchAll(/\$\{(\w+)\}/g)].map(([, placeholder]) => placeholder),
    );
    const { DefinitionSubstitutions, StateMachineType } = Resources[name]?.Properties ?? {};
    expect(new Set(Object.keys(DefinitionSubstitutions ?? {}))).toEqual(placeholders);
    expect(StateMachineType).toBe(type);
  },
);

test.each([
  ["classify.asl.json", "Quiet", "Failed", 4],
  ["classify-fleet.asl.json", "Notify", "Ended", 2],
])(
  "every task of %s is retried and leads a failure to %s, the notice's own to the end",
  async (file, failure, end, count) => {
    const { States } = JSON.parse(await read(file)) as { States: Record<string, State> };
    const tasks = Object.entries(States).filter(([, { Type }]) => Type === "Task");
    expect(tasks).toHaveLength(count);
    for (const [name, { Retry, Catch }] of tasks) {
      expect(Retry).toBeDefined();
      const Next = name === "Notify" ? end : failure;
      expect(Catch).toEqual([expect.objectContaining({ ErrorEquals: ["States.ALL"], Next })]);
    }
  },
);
