import type { Comparison } from "../../pipeline/evaluation/comparison.ts";
import type { GateDecision } from "../../pipeline/evaluation/gate-decision.ts";
import { blocks, code, escape, type Link, linkLine, table } from "./markdown.ts";

/** More would push the rest of the summary out of sight. */
const MOST_KEYS = 10;

/** Whether the gate is open, with the accuracy's interval (Wilson, 95%), the reason and the champion. */
export function gateSummary(
  decision: Pick<GateDecision, "approved" | "line" | "reason" | "championLine" | "comparison">,
  links: readonly Link[] = [],
): string {
  const { approved, line, reason, championLine, comparison } = decision;
  return blocks(
    `# ${approved ? "✅ Gate open" : "❌ Gate closed"}`,
    `**${escape(line)}**`,
    escape(reason),
    escape(championLine),
    ...(comparison === undefined ? [] : contingency(comparison)),
    ...linkLine(links),
  );
}

/** Rows: this model. Columns: the one that serves. The two numbers that differ are bold. */
function contingency({ bothRight, bothWrong, gained, lost }: Comparison): string[] {
  return [
    table(
      [
        { title: "this model ↓ the one that serves →" },
        { title: "right", align: "right" },
        { title: "wrong", align: "right" },
      ],
      [
        ["right", `${bothRight}`, `**${gained.length}** gained`],
        ["wrong", `**${lost.length}** lost`, `${bothWrong}`],
      ],
    ),
    ...pictures("Lost", lost),
    ...pictures("Gained", gained),
  ];
}

function pictures(title: string, keys: readonly string[]): string[] {
  if (keys.length === 0) return [];
  const more = keys.length > MOST_KEYS ? `, and ${keys.length - MOST_KEYS} more` : "";
  return [`${title}: ${keys.slice(0, MOST_KEYS).map(code).join(", ")}${more}`];
}
