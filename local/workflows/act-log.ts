/** A step as act ran it. */
export interface StepRecord {
  readonly name: string;
  readonly seconds: number;
  readonly succeeded: boolean;
}

/** What a step said to the person who reads the run. */
export interface Annotation {
  readonly level: "notice" | "warning" | "error";
  readonly title: string;
  readonly message: string;
}

/** A job as act ran it; `result` is undefined while it runs. */
export interface JobRecord {
  readonly id: string;
  readonly startedAt: number;
  readonly steps: StepRecord[];
  readonly annotations: Annotation[];
  /** Of all its steps, by name; a later step's wins. */
  readonly outputs: Record<string, string>;
  /** Markdown, as its steps wrote it. */
  summary: string;
  seconds: number;
  result: "success" | "failure" | undefined;
}

/** A line of `act --json`: those of its fields that are read here. */
interface Line {
  readonly jobID?: string;
  readonly step?: string;
  readonly stepID?: readonly string[];
  readonly stage?: "Pre" | "Main" | "Post";
  readonly msg?: string;
  readonly time?: string;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly kvPairs?: Readonly<Record<string, string>>;
  readonly content?: string;
  /** Nanoseconds. */
  readonly executionTime?: number;
  readonly stepResult?: "success" | "failure" | "skipped";
  readonly jobResult?: "success" | "failure";
}

/** Reads the lines of `act --json` into the jobs that ran, in the order of their start. */
export class ActLog {
  readonly jobs: JobRecord[] = [];
  /** What was printed, as a person reads it: the job before each line. */
  readonly text: string[] = [];
  readonly #onStep: (job: JobRecord, step: StepRecord) => void;

  constructor(onStep: (job: JobRecord, step: StepRecord) => void = () => undefined) {
    this.#onStep = onStep;
  }

  /** A line that is no JSON object, as act's own complaints are, is kept as text. */
  read(raw: string): void {
    const line = parse(raw);
    this.text.push(
      line === undefined
        ? raw
        : `${(line.time ?? "").slice(11, 19)} [${line.jobID ?? "act"}] ${line.msg?.trimEnd()}`,
    );
    if (line?.jobID === undefined) return;
    const at = Date.parse(line.time ?? "");
    const job = this.#job(line.jobID, at);
    if (line.command === "summary") job.summary += `${line.content?.trimEnd()}\n\n`;
    if (line.command === "set-output") job.outputs[line.name ?? ""] = line.arg ?? "";
    const level = line.command;
    if (level === "notice" || level === "warning" || level === "error") {
      const title = line.kvPairs?.["title"] ?? "";
      job.annotations.push({ level, title, message: line.arg ?? "" });
    }
    if (line.executionTime !== undefined && line.stage === "Main" && line.stepID?.length === 1) {
      const step = {
        name: stepName(line.step ?? ""),
        seconds: line.executionTime / 1e9,
        succeeded: line.stepResult === "success",
      };
      job.steps.push(step);
      this.#onStep(job, step);
    }
    if (line.jobResult !== undefined) {
      job.result = line.jobResult;
      job.seconds = (at - job.startedAt) / 1000;
    }
  }

  #job(id: string, startedAt: number): JobRecord {
    const known = this.jobs.find((job) => job.id === id);
    if (known !== undefined) return known;
    const job: JobRecord = {
      id,
      startedAt,
      steps: [],
      annotations: [],
      outputs: {},
      summary: "",
      seconds: 0,
      result: undefined,
    };
    this.jobs.push(job);
    return job;
  }
}

function parse(raw: string): Line | undefined {
  if (!raw.startsWith("{")) return undefined;
  try {
    return JSON.parse(raw) as Line;
  } catch {
    return undefined;
  }
}

/** Without the commit that a third-party action is pinned to, and the first line only. */
function stepName(name: string): string {
  return (name.split("\n")[0] ?? "").replace(/@[0-9a-f]{40}$/, "");
}
