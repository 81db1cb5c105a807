import { appendFile } from "node:fs/promises";
import * as core from "@actions/core";
import { context } from "@actions/github";
import { optional, required, text } from "../../../actions/inputs.ts";
import { StepError, UsageError } from "../../../pipeline/errors.ts";
import { runRepositoryAction } from "../repository-action.ts";
import { keepComment } from "./comment.ts";
import { MARK, toMarkdown } from "./markdown.ts";
import { closesGate, readRun, type Run } from "./run.ts";

export const inputs = {
  run: required(),
  main: optional(text),
  reportUrl: optional(text),
};

/** Main may write documents of another version: then there is nothing to compare with. */
async function readMain(file: string | undefined): Promise<Run | undefined> {
  try {
    return file === undefined ? undefined : await readRun(file);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    core.notice(error.message);
    return undefined;
  }
}

if (import.meta.main) {
  await runRepositoryAction(inputs, async (values, repository) => {
    const run = await readRun(values.run);
    if (run === undefined) {
      throw new UsageError(`${values.run} does not exist: the local run wrote no document.`);
    }
    const main = await readMain(values.main);
    const body = toMarkdown(run, main, values.reportUrl);
    const summary = process.env["GITHUB_STEP_SUMMARY"];
    if (summary) await appendFile(summary, body);
    const number = context.payload.pull_request?.number;
    if (number !== undefined) {
      const url = await keepComment(repository, number, { mark: MARK, body });
      core.setOutput("comment-url", url ?? "");
      if (url === undefined) {
        core.notice("The token may not comment, as in every fork: see this job's summary.");
      }
    }
    if (closesGate(run, main)) {
      throw new StepError(
        `The change closes the gate, which is open on main: ${run.gate?.line}, against ${main?.gate?.line}. Make the model better, or explain why main's was too good to be true.`,
      );
    }
  });
}
