import type { StackChange } from "../../pipeline/stack/change-set.ts";
import type { DeployedStack } from "../../pipeline/stack/stack.ts";
import { blocks, code, escape, facts, type Link, linkLine, table } from "./markdown.ts";

interface StackFacts {
  readonly stackName: string;
  readonly change: DeployedStack["change"];
  readonly changes: readonly StackChange[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly links?: readonly Link[];
}

/** What a deployment did to a stack, and the stack's outputs. */
export function stackSummary(stack: StackFacts): string {
  const { stackName, change, changes, outputs, links = [] } = stack;
  const given = Object.entries(outputs);
  return blocks(
    "## Application stack",
    `**${change}**: ${code(stackName)}`,
    ...(changes.length === 0 ? [] : [changeTable(changes)]),
    ...(given.length === 0
      ? []
      : [facts(given.map(([name, value]) => [escape(name), code(value)] as const))]),
    ...linkLine(links),
  );
}

function changeTable(changes: readonly StackChange[]): string {
  return table(
    [{ title: "change" }, { title: "resource" }, { title: "type" }],
    changes.map(({ action, logicalId, type, replacement }) => [
      escape(action) + (replacement ? ", replaced" : ""),
      code(logicalId),
      code(type),
    ]),
  );
}
