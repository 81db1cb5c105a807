import { sum } from "../evaluation/metrics.ts";
import { StepError } from "../errors.ts";
import type { FoundLabel } from "../labels/ground-truth.ts";

/** Why a label can't be used. */
export type Fault =
  | "without capture"
  | "undecodable"
  | "of another class"
  | "contradictory"
  | "unreadable";

/** Where each that can't be used stands: an event's id with the S3 URIs of its files, or a file's line. */
export type Unusable = Readonly<Record<Fault, readonly string[]>>;

/** The share of unusable labels above which something is wrong with all of them. */
const MOST_UNUSABLE = 0.1;
/** Of each kind that are named. */
const SHOWN = 5;

/** An event and the file that labels it. */
export function placeOf({ eventId, file }: Pick<FoundLabel, "eventId" | "file">): string {
  return `${eventId} in ${file}`;
}

/** How many there are of each kind. */
export function countUnusable(unusable: Unusable): Record<Fault, number> {
  return {
    "without capture": unusable["without capture"].length,
    undecodable: unusable.undecodable.length,
    "of another class": unusable["of another class"].length,
    contradictory: unusable.contradictory.length,
    unreadable: unusable.unreadable.length,
  };
}

/** @throws StepError naming some of each kind, where more than a tenth of all labels can't be used */
export function refuseUnusable(
  unusable: Unusable,
  {
    labels,
    classes,
    environment,
  }: {
    /** How many there are. */
    readonly labels: number;
    readonly classes: readonly string[];
    readonly environment: string;
  },
): void {
  const counts = countUnusable(unusable);
  const lost = sum(Object.values(counts));
  if (lost <= MOST_UNUSABLE * labels) return;
  const named = Object.entries(unusable)
    .filter(([, places]) => places.length > 0)
    .map(([why, places]) => {
      const more = places.length - SHOWN;
      return `  ${why}: ${places.slice(0, SHOWN).join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
    });
  throw new StepError(
    `${lost} of ${labels} labels of ${environment} can't be used: ${faults(counts)}. The classes are ` +
      `${classes.join(", ")}. Nothing is staged.\n${named.join("\n")}\n` +
      "Write a line eventId,class for each, with its right class, or with - to remove its label, and upload " +
      "that: npm run labels -- <file>. It changes the files labels.jsonl; lines of other files, and those that " +
      "are unreadable, are taken out of the files themselves. Or stage without captures.",
  );
}

/** `1 undecodable, 2 unreadable`; empty where all can be used. */
export function faults(counts: Readonly<Record<Fault, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([why, count]) => `${count} ${why}`)
    .join(", ");
}
