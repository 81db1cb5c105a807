import * as core from "@actions/core";
import { context } from "@actions/github";
import { map, optional, required, text, withDefault } from "../../../actions/inputs.ts";
import { UsageError } from "../../../pipeline/errors.ts";
import { runRepositoryAction } from "../repository-action.ts";
import { keepIssue, sharesSchema, verdicts } from "./issue.ts";

export const inputs = {
  environment: required(),
  verdict: required(),
  records: required(),
  driftedFeatures: optional(text),
  driftedSince: optional(text),
  shares: optional(map),
  reportUri: optional(text),
  reportUrl: optional(text),
  servingModel: optional(text),
  servingSince: optional(text),
  newLabels: optional(text),
  label: withDefault("drift", text),
};

if (import.meta.main) {
  await runRepositoryAction(inputs, async (values, repository) => {
    const verdict = verdicts.find((each) => each === values.verdict);
    if (verdict === undefined) {
      throw new UsageError(`Input verdict: "${values.verdict}": expected ${verdicts.join(", ")}.`);
    }
    const { serverUrl, runId } = context;
    const { change, number } = await keepIssue(repository, {
      ...values,
      verdict,
      shares: sharesSchema.parse(values.shares ?? {}),
      runUrl: `${serverUrl}/${repository.owner}/${repository.repo}/actions/runs/${runId}`,
    });
    core.setOutput("change", change);
    core.setOutput("issue-number", number ?? "");
    if (number !== undefined) core.notice(`Issue #${number} ${change}`);
  });
}
