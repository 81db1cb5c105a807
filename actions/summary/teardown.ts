import type { Resource } from "../../pipeline/inventory.ts";
import { count } from "../../report/format.ts";
import { blocks, code, escape, type Link, linkLine, table } from "./markdown.ts";

export interface TeardownRow extends Resource {
  readonly environment: string;
  readonly outcome: (typeof OUTCOMES)[number];
}

const OUTCOMES = ["deleted", "would be deleted", "left"] as const;

/** What teardown deleted, would delete, or could not delete. */
export function teardownSummary(rows: readonly TeardownRow[], links: readonly Link[] = []): string {
  const counts = OUTCOMES.map((each) => ({
    outcome: each,
    number: rows.filter(({ outcome }) => outcome === each).length,
  })).filter(({ number }) => number > 0);
  return blocks(
    "## Teardown",
    rows.length === 0
      ? "Nothing was there to delete."
      : `**${counts.map(({ outcome, number }) => `${number} ${outcome}`).join(", ")}**`,
    ...(rows.length === 0 ? [] : [resourceTable(rows)]),
    ...linkLine(links),
  );
}

function resourceTable(rows: readonly TeardownRow[]): string {
  return table(
    [
      { title: "environment" },
      { title: "kind" },
      { title: "name" },
      { title: "count", align: "right" },
      { title: "outcome" },
    ],
    rows.map(({ environment, kind, name, count: number = 1, outcome }) => [
      escape(environment),
      kind,
      code(name),
      count(number),
      outcome === "left" ? "**left**" : outcome,
    ]),
  );
}
