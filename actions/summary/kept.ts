import { blocks, code, escape } from "./markdown.ts";

/** Until when an environment stays, and what of it says so. */
export function keptSummary({
  environment,
  expiresAt,
  kept,
}: {
  readonly environment: string;
  readonly expiresAt: Date | undefined;
  readonly kept: readonly string[];
}): string {
  const until = expiresAt?.toISOString() ?? "somebody tears it down";
  return blocks(
    `## ${escape(environment)} stays`,
    `Until **${escape(until)}**, by the tags of ${kept.map(code).join(" and ")}.`,
  );
}
