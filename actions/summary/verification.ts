import type { Verification } from "../../pipeline/steps/verify-deployment.ts";
import { blocks, type Link, linkLine, table } from "./markdown.ts";

/** What became of the pictures that were sent through the state machine, and how fast. */
export function verificationSummary(
  { confident, unsure, strangers, latencies }: Omit<Verification, "executions" | "stateMachineArn">,
  links: readonly Link[] = [],
): string {
  const titles = ["routed", "below the threshold", "no vehicle", "p50", "p95", "slowest"];
  return blocks(
    "## Verification",
    `All ${confident + unsure + strangers} pictures through the state machine ended as they must.`,
    table(
      titles.map((title) => ({ title, align: "right" })),
      [
        [
          `${confident}`,
          `${unsure}`,
          `${strangers}`,
          `${latencies.p50} ms`,
          `${latencies.p95} ms`,
          `${latencies.max} ms`,
        ],
      ],
    ),
    ...linkLine(links),
  );
}
