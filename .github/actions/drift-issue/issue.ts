import * as z from "zod";
import { shareOf } from "../../../report/format.ts";
import type { Repository } from "../repository-action.ts";

/** As monitor-endpoint gives them. */
export const verdicts = ["no drift", "drift", "insufficient data"] as const;

/** Shares of the inferences, 0 to 1; what was not compared is absent. */
export const sharesSchema = z.object({
  lowConfidence: z.number().optional(),
  unlike: z.number().optional(),
  strangers: z.number().optional(),
});

export interface Finding {
  readonly environment: string;
  readonly verdict: (typeof verdicts)[number];
  /** Captured inferences that were compared. */
  readonly records: string;
  /** Names, between commas. */
  readonly driftedFeatures: string | undefined;
  /** ISO 8601. */
  readonly driftedSince: string | undefined;
  readonly shares: z.infer<typeof sharesSchema>;
  readonly reportUri: string | undefined;
  /** Its page in the console. */
  readonly reportUrl: string | undefined;
  readonly servingModel: string | undefined;
  /** ISO 8601. */
  readonly servingSince: string | undefined;
  /** Labels in the ground truth files that were written since the model serves; a number. */
  readonly newLabels: string | undefined;
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
  const { environment, verdict, label } = finding;
  const open = await octokit.paginate(octokit.rest.issues.listForRepo, {
    ...at,
    labels: label,
    state: "open",
    per_page: 100,
  });
  const mark = markOf(environment);
  const issue = open.find(({ body }) => body?.startsWith(mark));
  const number = issue?.number;
  if (verdict === "insufficient data") {
    return { change: "none", ...(number === undefined ? {} : { number }) };
  }
  if (verdict === "no drift") {
    if (number === undefined) return { change: "none" };
    const body = goneOf(finding, issue?.created_at);
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

/** Why the drift is gone: another model serves than when it was seen, or visitors send what they used to. */
function goneOf(
  { records, runUrl, servingModel, servingSince }: Finding,
  opened: string | undefined,
): string {
  const isNewer =
    servingSince !== undefined &&
    opened !== undefined &&
    Date.parse(servingSince) > Date.parse(opened);
  const why = isNewer
    ? `Since ${servingSince} another model serves, \`${servingModel}\`, which was measured on pictures like these.`
    : "The same model serves: what visitors send looks again like what it was measured on.";
  return `The drift is gone: none in ${records} inferences ([run](${runUrl})). ${why}`;
}

function bodyOf(finding: Finding): string {
  const { environment, driftedFeatures, driftedSince, records, runUrl, shares } = finding;
  const features = driftedFeatures?.replaceAll("_", " ").split(",").join(", ");
  const rows: [string, string | undefined][] = [
    ["Drifted", features ?? "unknown"],
    ["Since", driftedSince ?? "unknown"],
    ["Inferences compared", records],
    ["Below the confidence threshold", shareOf(shares.lowConfidence)],
    ["Unlike the test pictures", shareOf(shares.unlike)],
    ["Of anything else", shareOf(shares.strangers)],
    ["Last seen", `${new Date().toISOString().slice(0, 10)}, [run](${runUrl})`],
    ["Report", reportOf(finding)],
    ["Labels in files written since the model serves", finding.newLabels],
  ];
  const table = rows.flatMap(([name, value]) =>
    value === undefined ? [] : [`| ${name} | ${value} |`],
  );
  return `${markOf(environment)}
What the endpoint of **${environment}** is asked no longer looks like what its model was measured on, so
the accuracy that opened the gate says little about today.

| | |
| --- | --- |
${table.join("\n")}

What to do ([docs/drift.md](../blob/HEAD/docs/drift.md)):

1. Look at the pictures and say what they show (300: a quarter is for the test, which needs 50 vehicles for a
   baseline of their own):
   \`npm run labels -- --list to-label --environment ${environment}\`
2. Upload that: \`npm run labels -- to-label/labels.csv --environment ${environment}\`
3. Run the workflow **Pipeline**: the model learns them, and is deployed if the gate
   opens. With the variable \`SCONES_RETRAIN_ON_DRIFT\` this workflow runs it by itself once labels were
   uploaded since the model serves.

This issue is updated by every run of the workflow **Monitor** and closes by itself when the drift is gone.
`;
}

function reportOf({ reportUri, reportUrl }: Finding): string {
  if (reportUri === undefined) return "none";
  return reportUrl === undefined ? `\`${reportUri}\`` : `[\`${reportUri}\`](${reportUrl})`;
}
