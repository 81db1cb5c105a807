import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { messageOf, StepError, UsageError } from "../errors.ts";
import { inventory } from "../teardown/inventory.ts";
import { names } from "../names.ts";
import type { ObjectVersion } from "../teardown/object-versions.ts";
import { bounded } from "../teardown/rate-limit.ts";
import { remove, type RemovalOptions } from "../teardown/removal.ts";
import { storedObjects } from "../teardown/stored-objects.ts";
import {
  after,
  type Deletion,
  planTeardown,
  type TeardownPlan,
} from "../teardown/teardown-plan.ts";
import { planLines } from "../teardown/teardown-text.ts";

export interface TeardownInput {
  readonly bucket: string;
  /** Ends after the plan. */
  readonly dryRun?: boolean | undefined;
  /** The environment's name, as a person typed it: opens what is marked to stay. */
  readonly confirm?: string | undefined;
  readonly pollIntervalMs?: number;
}

export interface TornDown {
  /** The first, which says what was there. */
  readonly plan: TeardownPlan;
  readonly deleted: readonly Deletion[];
}

/** A deletion that did not happen. */
export interface Left extends Deletion {
  readonly reason: string;
}

/** Some of it is still there. `left` names it. */
export class TeardownError extends StepError {
  readonly left: readonly Left[];
  readonly deleted: readonly Deletion[];
  readonly plan: TeardownPlan;

  constructor(message: string, { plan, deleted }: TornDown, left: readonly Left[]) {
    super(message);
    this.left = left;
    this.deleted = deleted;
    this.plan = plan;
  }
}

/** A plan for what appeared while the former one was carried out; more than that is a run at work. */
const PLANS = 3;

/**
 * Plans what carries this project's and environment's tags and what lies under their prefix, deletes
 * exactly that, and looks what is left. What fails stops only what depends on it. Run again, it goes on.
 * @throws TeardownError with everything that is left, each with its reason; UsageError where the
 * environment is marked to stay and its name was not typed.
 */
export async function teardown(
  context: Context,
  config: Config,
  input: TeardownInput,
): Promise<TornDown> {
  using stack = new DisposableStack();
  stack.use(bounded(context));
  const { progress } = context;
  const first = await look(context, config, input);
  const deleted: Deletion[] = [];
  for (const line of planLines(first.plan)) progress.line(line);
  const done = { plan: first.plan, deleted };
  if (input.dryRun === true) return done;
  checkConfirmed(config, input, first.plan);
  const failed = new Map<string, Left>();
  let { plan, spared } = first;
  for (let number = 1; number <= PLANS && plan.deletions.length > 0; number++) {
    const outcomes = await carryOut(context, plan, {
      timeoutMs: config.endpoint.maxWaitMinutes * 60_000,
      pollIntervalMs: input.pollIntervalMs ?? 5000,
      spared,
    });
    failed.clear();
    for (const [deletion, reason] of outcomes) {
      if (reason === undefined) deleted.push(deletion);
      else failed.set(keyOf(deletion), { ...deletion, reason });
    }
    ({ plan, spared } = await look(context, config, input));
    const appeared = plan.deletions.filter((deletion) => !failed.has(keyOf(deletion)));
    if (appeared.length === 0 || number === PLANS) break;
    progress.line(`plan ${number + 1}, for what appeared meanwhile: ${list(appeared)}`);
  }
  const left: Left[] = [];
  for (const deletion of plan.deletions) {
    const again = "it was made anew as often as it was deleted";
    left.push(failed.get(keyOf(deletion)) ?? { ...deletion, reason: again });
  }
  if (left.length > 0) {
    throw new TeardownError(
      [
        `Teardown of ${names.endpoint(config)} is not complete; run it again.`,
        ...left.map(({ kind, name, reason }) => `left: ${kind} ${name}: ${reason}`),
      ].join("\n"),
      done,
      left,
    );
  }
  progress.line("left: nothing");
  return done;
}

/** What is there, as a plan. Two looks at the same things give the same plan. */
async function look(
  context: Context,
  config: Config,
  { bucket }: TeardownInput,
): Promise<{ plan: TeardownPlan; spared: (version: ObjectVersion) => boolean }> {
  const resources = await inventory(context, config);
  const groups = resources.filter(({ kind }) => kind === "model package group");
  const stored = await storedObjects(context, config, {
    bucket,
    groups: groups.map(({ name }) => name),
  });
  const plan = planTeardown(config, resources, stored.places);
  return { plan, spared: (version) => plan.keptShares.includes(stored.shareOf(version)) };
}

function checkConfirmed(
  { environment, teardown: { protect } }: Config,
  { confirm }: TeardownInput,
  plan: TeardownPlan,
): void {
  const marked = [...plan.protected, ...(protect.includes(environment) ? ["pipeline.yaml"] : [])];
  if (marked.length === 0 || confirm === environment) return;
  throw new UsageError(
    `Environment ${environment} is to stay, by ${marked.join(", ")}: only a person who types its name ` +
      `has it removed${confirm === undefined ? "" : `, and "${confirm}" is not it`}. Run teardown by hand with that name as confirm.`,
  );
}

/**
 * Deletes what is planned, all at once but what must wait for another. Returns each with why it was
 * not deleted, or undefined.
 */
async function carryOut(
  context: Context,
  { deletions }: TeardownPlan,
  options: RemovalOptions,
): Promise<[Deletion, string | undefined][]> {
  const outcomes = new Map<Deletion, Promise<string | undefined>>();
  for (const deletion of deletions) {
    const needed = deletions.filter(({ kind }) => after[deletion.kind].includes(kind));
    outcomes.set(
      deletion,
      (async () => {
        for (const each of needed) {
          if ((await outcomes.get(each)) === undefined) continue;
          return `not tried, since ${each.kind} ${each.name} is still there`;
        }
        return attempt(context, deletion, options);
      })(),
    );
  }
  return Promise.all(
    [...outcomes].map(async ([deletion, reason]): Promise<[Deletion, string | undefined]> => [
      deletion,
      await reason,
    ]),
  );
}

async function attempt(
  context: Context,
  deletion: Deletion,
  options: RemovalOptions,
): Promise<string | undefined> {
  const { kind, name } = deletion;
  try {
    await remove(context, deletion, options);
    context.progress.line(`deleted ${kind} ${name}`);
    return undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    return messageOf(error);
  }
}

function keyOf({ kind, name }: Deletion): string {
  return `${kind} ${name}`;
}

function list(deletions: readonly Deletion[]): string {
  return deletions.map(keyOf).join(", ");
}
