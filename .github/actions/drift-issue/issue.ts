import type { Repository } from "../repository-action.ts";

/** As monitor-endpoint gives them. */
export const verdicts = ["no drift", "drift", "insufficient data"] as const;

export interface Finding {
  readonly environment: string;
  readonly verdict: (typeof verdicts)[number];
  /** Captured inferences that were compared. */
  readonly records: string;
  /** Names, between commas. */
  readonly driftedFeatures: string | undefined;
  /** ISO 8601. */
  readonly driftedSince: string | undefined;
  readonly reportUri: string | undefined;
  readonly label: string;
  /** The run of the workflow that found it. */
  readonly runUrl: string;
}

export interface KeptIssue {
  readonly change: "opened" | "updated" | "closed" | "none";
  /** Undefined where there is no issue. */
  readonly number?: number;
}

/**
 * Brings the environment's one open issue in line with a finding: drift opens it or updates its text,
 * no drift closes it with a comment, and insufficient data leaves it as it is.
 */
export async function keepIssue(
  { octokit, ...at }: Repository,
  finding: Finding,
): Promise<KeptIssue> {
  const { environment, verdict, label, runUrl } = finding;
  const open = await octokit.paginate(octokit.rest.issues.listForRepo, {
    ...at,
    labels: label,
    state: "open",
    per_page: 100,
  });
  const mark = markOf(environment);
  const number = open.find(({ body }) => body?.startsWith(mark))?.number;
  if (verdict === "insufficient data") {
    return { change: "none", ...(number === undefined ? {} : { number }) };
  }
  if (verdict === "no drift") {
    if (number === undefined) return { change: "none" };
    const body = `The drift is gone: none in ${finding.records} inferences ([run](${runUrl})).`;
    await octokit.rest.issues.createComment({ ...at, issue_number: number, body });
    await octokit.rest.issues.update({
      ...at,
      issue_number: number,
      state: "closed",
      state_reason: "completed",
    });
    return { change: "closed", number };
  }
  const body = bodyOf(finding);
  if (number !== undefined) {
    await octokit.rest.issues.update({ ...at, issue_number: number, body });
    return { change: "updated", number };
  }
  const title = `The endpoint of ${environment} has drifted`;
  const made = await octokit.rest.issues.create({ ...at, title, body, labels: [label] });
  return { change: "opened", number: made.data.number };
}

/** Invisible on GitHub; by it the next run knows the issue again, whatever its title became. */
function markOf(environment: string): string {
  return `<!-- scones: drift of ${environment} -->`;
}

function bodyOf(finding: Finding): string {
  const { environment, driftedFeatures, driftedSince, records, reportUri, runUrl } = finding;
  const features = driftedFeatures?.replaceAll("_", " ").split(",").join(", ");
  return `${markOf(environment)}
What the endpoint of **${environment}** is asked no longer looks like what its model was measured on, so
the accuracy that opened the gate says little about today.

| | |
| --- | --- |
| Drifted | ${features ?? "unknown"} |
| Since | ${driftedSince ?? "unknown"} |
| Inferences compared | ${records} |
| Last seen | ${new Date().toISOString().slice(0, 10)}, [run](${runUrl}) |
| Report | ${reportUri === undefined ? "none" : `\`${reportUri}\``} |

What to do: look at newer pictures, add them to the data set, and run the workflow **Pipeline** with
\`retrain\`. This issue is updated by every run of the workflow **Monitor** and closes by itself when the
drift is gone.
`;
}
