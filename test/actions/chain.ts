import { expect } from "@jest/globals";
import type { ActionRun } from "./run-action.ts";
import type { Stand } from "./stand.ts";

type Inputs = Parameters<Stand["run"]>[1];

/** Actions one after the other, each with the outputs of those before, as pipeline.yml runs them. */
export interface Chain {
  readonly outputs: Readonly<Record<string, string>>;
  /** An output of an earlier action. */
  readonly of: (name: string) => Record<string, string>;
  /** Runs an action, expects that it ends well without a complaint, and keeps its outputs. */
  readonly step: (name: string, inputs: Inputs, attempt?: number) => Promise<ActionRun>;
}

export function chainIn(environment: string, stand: () => Stand): Chain {
  const outputs: Record<string, string> = {};
  return {
    outputs,
    of: (name) => ({ [name]: outputs[name] ?? `missing ${name}` }),
    async step(name, inputs, attempt = 1) {
      const options = { environment: { GITHUB_RUN_ATTEMPT: String(attempt) } };
      const ran = await stand().run(name, { environment, ...inputs }, options);
      const complaints = ran.annotations.filter(({ level }) => level !== "notice");
      expect({ code: ran.code, complaints }).toEqual({ code: 0, complaints: [] });
      Object.assign(outputs, ran.outputs);
      return ran;
    },
  };
}
