import { type Kind, kinds } from "./arrivals.ts";
import { table } from "../console/table.ts";
import { STRANGER, UNSURE } from "../pipeline/application/unrouted.ts";
import { type Outcome, tally, type Tally } from "./tally.ts";

/** What a run of `npm run traffic` came to; what `--json` writes. */
export interface TrafficOutcome {
  readonly to: string;
  readonly seed: number;
  readonly asked: Readonly<Record<"rate" | "seconds" | "drift" | "strangers", number>>;
  readonly seconds: number;
  /** Pictures sent a second; a fleet's: pictures answered. */
  readonly rate: number;
  readonly sent: number;
  readonly notSent: number;
  readonly cut: number;
  readonly all: Tally;
  readonly kinds: Readonly<Record<Kind, Tally>>;
  /** Of a fleet: where its lines lie. */
  readonly results?: string;
}

/** The counts of all pictures, and of each kind. */
export function byKind(outcomes: readonly Outcome[]): Pick<TrafficOutcome, "all" | "kinds"> {
  const of = (wanted: Kind) => tally(outcomes.filter(({ kind }) => kind === wanted));
  return {
    all: tally(outcomes),
    kinds: { clear: of("clear"), drifted: of("drifted"), stranger: of("stranger") },
  };
}

/** The outcome as a table, a line a figure. */
export function outcomeTable(outcome: TrafficOutcome): string {
  const { all, asked } = outcome;
  const shown = kinds.filter((kind) => kind !== "stranger" || asked.strangers > 0);
  const columns = [all, ...shown.map((kind) => outcome.kinds[kind])];
  const row = (name: string, figure: (of: Tally) => string) => [name, ...columns.map(figure)];
  const each = (names: readonly string[], prefix: string, from: "errors" | "vehicles") =>
    names.map((name) => row(`${prefix}${name}`, (of) => count(of[from][name] ?? 0, of.answered)));
  const failures = Object.keys(all.errors).filter((name) => name !== UNSURE && name !== STRANGER);
  const latency = (["p50", "p95", "p99", "max"] as const).map((name) =>
    row(`latency ${name}`, ({ latency: ms }) => (ms === undefined ? "" : `${ms[name]} ms`)),
  );
  return table(
    ["", "all", ...shown],
    [
      row("answered", ({ answered }) => answered.toLocaleString("en")),
      row("routed", (of) => count(of.routed, of.answered)),
      ...each(Object.keys(all.vehicles).toSorted(), "  ", "vehicles"),
      row("unsure", (of) => count(of.unsure, of.answered)),
      row("no vehicle", (of) => count(of.strangers, of.answered)),
      row("failed", (of) => count(of.failed, of.answered)),
      ...each(failures.toSorted(), "  ", "errors"),
      ...(all.latency === undefined ? [] : latency),
    ],
    columns.map((_, at) => at + 1),
  );
}

/** How many were sent, how fast, and what was not. */
export function sentLine({ sent, notSent, cut, rate, seconds, asked }: TrafficOutcome): string {
  const parts = [
    `${sent.toLocaleString("en")} sent in ${seconds.toFixed(1)} s: ${rate.toFixed(1)} a second of ${asked.rate} asked for`,
    ...(notSent > 0 ? [`${notSent} not sent: too many were under way`] : []),
    ...(cut > 0 ? [`${cut} given up, unanswered`] : []),
  ];
  return parts.join("; ");
}

function count(part: number, whole: number): string {
  if (whole === 0) return "";
  return `${part.toLocaleString("en")} (${((100 * part) / whole).toFixed(1)}%)`;
}
