import type { GateDecision } from "../../pipeline/steps/gate-deployment.ts";
import { blocks, escape, type Link, linkLine } from "./markdown.ts";

/** Whether the gate is open, with the accuracy's interval (Wilson, 95%) and the reason. */
export function gateSummary(
  { approved, line, reason }: Pick<GateDecision, "approved" | "line" | "reason">,
  links: readonly Link[] = [],
): string {
  return blocks(
    `# ${approved ? "✅ Gate open" : "❌ Gate closed"}`,
    `**${escape(line)}**`,
    escape(reason),
    ...linkLine(links),
  );
}
