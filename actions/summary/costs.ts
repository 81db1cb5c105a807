import { amount, type Costs, total } from "../../pipeline/prices/costs.ts";
import { escape, table } from "./markdown.ts";

/** Costs with their total; one with an unknown price says "at least". */
export function costsTable(costs: Costs): string {
  const sum = ["**total**", `**${escape(total(costs))}**`, escape(costs.notes.join("; "))];
  return table(
    [{ title: `what ${costs.title} cost` }, { title: "USD", align: "right" }, { title: "for" }],
    [...costs.lines.map((line) => [line.what, amount(line.usd), line.sum].map(escape)), sum],
  );
}
