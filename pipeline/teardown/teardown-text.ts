import { dollars } from "../prices/prices.ts";
import type { Deletion, TeardownPlan } from "./teardown-plan.ts";

/** A plan as lines for a log: what would go, why, and what it costs a day; then what stays. */
export function planLines({ deletions, kept, usdPerDay, environment }: TeardownPlan): string[] {
  const unpriced = deletions.filter((each) => each.usdPerDay === undefined);
  const unknown = unpriced.length === 0 ? "" : `, and what ${together(unpriced).join(", ")} cost`;
  return [
    deletions.length === 0
      ? `plan: nothing of ${environment} to delete`
      : `plan: ${deletions.length} of ${environment} to delete, which cost ${total({ usdPerDay })}${unknown}`,
    ...deletions.map((each) => `  ${nameOf(each)}, by ${each.why}: ${cost(each)}`),
    ...kept.map((each) => `  stays: ${each.what}${many(each.count)}, ${cost(each)}`),
  ];
}

/** `$0.0004 a day`, `free` or `cost unknown`. */
export function cost({ usdPerDay }: Pick<Deletion, "usdPerDay">): string {
  if (usdPerDay === undefined) return "cost unknown";
  if (usdPerDay === 0) return "free";
  return usdPerDay < 0.0001 ? "under $0.0001 a day" : `${dollars(usdPerDay)} a day`;
}

/** What a plan's deletions cost together, as far as it is known: `$5.52 a day`. */
export function total({ usdPerDay }: Pick<TeardownPlan, "usdPerDay">): string {
  return usdPerDay === 0 ? "nothing" : cost({ usdPerDay });
}

/** One by its name, several of a kind by their number. */
function together(deletions: readonly Deletion[]): string[] {
  const kinds = Map.groupBy(deletions, ({ kind }) => kind);
  return [...kinds].map(([kind, [first, ...others]]) =>
    first === undefined || others.length > 0 ? `${1 + others.length} ${kind}s` : nameOf(first),
  );
}

function nameOf({ kind, name, count }: Deletion): string {
  return `${kind} ${name}${many(count)}`;
}

function many(count = 1): string {
  return count === 1 ? "" : ` (${count})`;
}
