import { table } from "../console/table.ts";
import { amount, type Costs, total } from "../pipeline/prices/costs.ts";

/** Costs as a table with their total; one with an unknown price says "at least", and names it. */
export function costTable(costs: Costs): string {
  const { title, lines, unknown, notes } = costs;
  const missing = unknown.length === 0 ? "" : `unknown: ${unknown.join(", ")}`;
  return [
    table(
      [title, "USD", "for"],
      [
        ...lines.map((line) => [line.what, amount(line.usd), line.sum]),
        ["total", total(costs), missing],
      ],
      [1],
    ),
    ...notes.map((note) => `  ${note}`),
  ].join("\n");
}
