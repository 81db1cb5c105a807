import { table } from "../local/console/table.ts";
import { amount, type Costs } from "../pipeline/costs.ts";

/** Costs as a table with their total; one with an unknown price says "at least", and names it. */
export function costTable({ title, lines, usd, unknown, notes }: Costs): string {
  const known = unknown.length < lines.length ? amount(usd) : "unknown";
  const total = unknown.length === 0 || known === "unknown" ? known : `at least ${known}`;
  const missing = unknown.length === 0 ? "" : `unknown: ${unknown.join(", ")}`;
  return [
    table(
      [title, "USD", "for"],
      [...lines.map((line) => [line.what, amount(line.usd), line.sum]), ["total", total, missing]],
      [1],
    ),
    ...notes.map((note) => `  ${note}`),
  ].join("\n");
}
