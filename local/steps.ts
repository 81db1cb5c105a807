import type { StepRecord } from "../report/run-document.ts";
import type { Display } from "./console/display.ts";
import { messageOf } from "../pipeline/errors.ts";

/** The steps of the main job, in their order. */
export const stepNames = [
  "stage-data",
  "train-model",
  "evaluate-model",
  "gate-deployment",
  "deploy-endpoint",
  "deploy-stack",
  "verify-deployment",
  "monitor-endpoint",
  "teardown",
] as const;

export type StepName = (typeof stepNames)[number];

/** Runs steps one by one, shows each with its number and seconds, and keeps a record of it. */
export class StepLog {
  readonly records: StepRecord[] = [];
  readonly #display: Display;

  constructor(display: Display) {
    this.#display = display;
  }

  /** `made` says in one line what the step made. Whatever `work` throws is recorded and thrown on. */
  async run<T>(name: StepName, work: () => Promise<T>, made: (output: T) => string): Promise<T> {
    this.#display.heading(`[${stepNames.indexOf(name) + 1}/${stepNames.length}] ${name}`);
    const started = performance.now();
    const record = (outcome: StepRecord["outcome"], text: string) => {
      const seconds = Math.round((performance.now() - started) / 10) / 100;
      this.records.push({ name, seconds, outcome, made: text });
      return `${seconds.toFixed(1)} s`;
    };
    try {
      const output = await work();
      const seconds = record("done", made(output));
      this.#display.line(this.#display.good(`done in ${seconds}`));
      return output;
    } catch (error) {
      const seconds = record("failed", messageOf(error));
      this.#display.line(this.#display.bad(`failed after ${seconds}`));
      throw error;
    }
  }
}
