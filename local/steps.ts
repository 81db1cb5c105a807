import type { StepRecord } from "../report/run-document.ts";
import type { Display } from "../console/display.ts";
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

/** With `--drift`: the endpoint is taught what its visitors have come to send. */
export const loopStepNames = [
  ...stepNames.slice(0, -1),
  "find-drift",
  "label-captures",
  ...stepNames,
] as const;

export type StepName = (typeof loopStepNames)[number];

/** Runs steps one by one, shows each with its number and seconds, and keeps a record of it. */
export class StepLog {
  readonly records: StepRecord[] = [];
  readonly #display: Display;
  readonly #names: readonly StepName[];
  /** The place of the step that runs, or ran last. */
  #at = -1;

  constructor(display: Display, names: readonly StepName[] = stepNames) {
    this.#display = display;
    this.#names = names;
  }

  /** `made` says in one line what the step made. Whatever `work` throws is recorded and thrown on. */
  async run<T>(name: StepName, work: () => Promise<T>, made: (output: T) => string): Promise<T> {
    // A step may come twice, and a teardown early.
    this.#at =
      name === "teardown" ? this.#names.length - 1 : this.#names.indexOf(name, this.#at + 1);
    this.#display.heading(`[${this.#at + 1}/${this.#names.length}] ${name}`);
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
