import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { StepError } from "../errors.ts";
import { poll } from "../poll.ts";
import { type Stoppable, stopIfCancelled, stopOnAbort } from "../stop-on-abort.ts";
import {
  type Fallback,
  finishWithFallback,
  type Found,
  startWithFallback,
} from "./instance-fallback.ts";
import type { StartedTraining } from "./trained-model.ts";

/** Beyond its own limit: to start, and to upload what it made. */
const MARGIN_MINUTES = 15;

/** A kind of job that is started, waited for, and stopped where the run is cancelled. */
export interface JobKind<Job> extends Fallback<Job> {
  /** As an error begins: `Training job`. */
  readonly what: string;
  readonly started: (job: Job) => Omit<StartedTraining, "adopted">;
  /** A job by its name; undefined where there is none. */
  readonly describe: (name: string) => Promise<Job | undefined>;
  readonly isOver: (job: Job) => boolean;
  /** How far it is; said where it is not what was said before. */
  readonly line: (job: Job) => string;
  readonly stop: (name: string, signal: AbortSignal) => Promise<unknown>;
  /** Trainings that it does one after the other, each with the time that one may take. */
  readonly rounds: number;
}

export interface JobInput {
  /** False: a cancelled run leaves the job running, for a rerun to adopt. */
  readonly stopOnCancel?: boolean | undefined;
  /** Of all waits together; by default each job gets what it may take, and a quarter of an hour. */
  readonly timeoutMs?: number | undefined;
  /** Told of each job that is waited for, before the wait. */
  readonly onStarted?: (started: StartedTraining) => void;
  readonly pollIntervalMs?: number;
}

/** Starts a job, or finds it, and returns at once. */
export async function startJob<Job>(
  context: Context,
  config: Config,
  kind: JobKind<Job>,
  input: JobInput,
): Promise<StartedTraining> {
  const { job, adopted } = await startWithFallback(context, config, new Map(), kind);
  const started = kind.started(job);
  if (!kind.isOver(job)) await stopIfCancelled(context, stoppable(kind, started, input));
  return { ...started, adopted };
}

/**
 * Starts a job, or finds it, and waits until it is over; `onLine` is told of each state that is said.
 * @throws StepError where it is not over in time, or gone.
 */
export async function finishJob<Job>(
  context: Context,
  config: Config,
  kind: JobKind<Job>,
  input: JobInput & { readonly onLine?: (job: Job) => void },
): Promise<Found<Job>> {
  const deadline = input.timeoutMs === undefined ? undefined : Date.now() + input.timeoutMs;
  return finishWithFallback(context, config, kind, async ({ job, adopted }) => {
    const started = kind.started(job);
    input.onStarted?.({ ...started, adopted });
    if (kind.isOver(job)) return job;
    const name = started.trainingJobName;
    return stopOnAbort(context, stoppable(kind, started, input), () =>
      poll(watch(context, kind, name, input.onLine), {
        what: `${kind.what} ${name}`,
        timeoutMs:
          deadline === undefined ? longestMs(config, kind) : Math.max(0, deadline - Date.now()),
        intervalMs: input.pollIntervalMs ?? 10_000,
        signal: context.signal,
        resume: "It goes on: run the step again and it is adopted.",
      }),
    );
  });
}

/** Looks at a job, says what is new of it, and returns it once it is over. */
function watch<Job>(
  { progress }: Context,
  { what, describe, isOver, line }: JobKind<Job>,
  name: string,
  onLine: (job: Job) => void = () => {},
): () => Promise<Job | undefined> {
  let shown = "";
  return async () => {
    const job = await describe(name);
    if (job === undefined) throw new StepError(`${what} ${name} is gone. Run train-model again.`);
    const text = line(job);
    if (text !== shown) {
      progress.line(text);
      onLine(job);
    }
    shown = text;
    return isOver(job) ? job : undefined;
  };
}

function longestMs(
  { training: { maxRuntimeMinutes, maxWaitMinutes, spot } }: Config,
  { rounds }: Pick<JobKind<never>, "rounds">,
): number {
  return rounds * ((spot ? maxWaitMinutes : maxRuntimeMinutes) + MARGIN_MINUTES) * 60_000;
}

function stoppable<Job>(
  { what, stop }: JobKind<Job>,
  { trainingJobName: name }: Pick<StartedTraining, "trainingJobName">,
  { stopOnCancel }: JobInput,
): Stoppable {
  return {
    what: `${what.toLowerCase()} ${name}`,
    stop: (signal) => stop(name, signal),
    stopOnCancel,
  };
}
