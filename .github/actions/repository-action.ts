import * as core from "@actions/core";
import { context, getOctokit } from "@actions/github";
import { type Inputs, readInputs, required, type Values } from "../../actions/inputs.ts";
import { messageOf } from "../../pipeline/errors.ts";

/** The repository that the workflow runs in, and a client with the action's token. */
export interface Repository {
  readonly octokit: ReturnType<typeof getOctokit>;
  readonly owner: string;
  readonly repo: string;
}

/**
 * Runs an action that works on this repository at GitHub rather than on AWS. The one place where its
 * errors end: each becomes an annotation, and the step fails.
 */
export async function runRepositoryAction<I extends Inputs>(
  inputs: I,
  run: (values: Values<I>, repository: Repository) => Promise<void>,
): Promise<void> {
  try {
    const { token } = readInputs({ token: required() }, core.getInput);
    const values = readInputs(inputs, core.getInput);
    await run(values, { octokit: getOctokit(token), ...context.repo });
  } catch (error) {
    core.setFailed(explainRefusal(error));
  }
}

/** The status of an answer with which GitHub refused a request; undefined for any other error. */
export function refusedWith(error: unknown): number | undefined {
  if (!(error instanceof Error) || error.name !== "HttpError" || !("status" in error)) {
    return undefined;
  }
  return Number(error.status);
}

/** An error in words that say what to do, for the statuses that a wrong set-up causes. */
export function explainRefusal(error: unknown): string {
  const status = refusedWith(error);
  const message = messageOf(error);
  if (status === undefined) return message;
  const next = {
    401: "The token is not valid.",
    403: "The token may not do this: compare the job's `permissions` with the comment in action.yml.",
    404: "It does not exist, or the token may not see it.",
    410: "Issues are switched off in this repository: turn them on in its settings.",
  }[status];
  return `GitHub refused it (${status}): ${message}. ${next ?? "Run the job again."}`;
}
