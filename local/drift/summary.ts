import { join } from "node:path";
import type { LoopRecord, MonitoringRecord } from "../../report/run-document.ts";
import type { Display } from "../../console/display.ts";
import { table } from "../../console/table.ts";
import { driftedIn } from "./loop.ts";

/** The loop as a table: what the monitor said of whom, what was learnt in between, where the reports lie. */
export function showLoop(display: Display, loop: LoopRecord): void {
  const { daylight, drift, later, labels, dataset, captured, gate, reports } = loop;
  const watched = [
    ["daylight", daylight],
    ["night and fog", drift],
    ["night and fog, retrained", later],
  ] as const;
  display.say();
  display.say(
    table(
      ["visitors", "inferences", "verdict", "by"],
      watched.flatMap(([who, found]) => (found === undefined ? [] : [rowOf(who, found)])),
      [1],
    ),
  );
  display.say();
  if (labels !== undefined) display.say(`labels  ${labels} of captured pictures`);
  if (dataset?.captured) {
    const { train, validation, test } = dataset.captured;
    display.say(`learnt  ${train} of them to train on, ${validation} to validate, ${test} to test`);
  }
  if (captured) {
    const { before, correct, total } = captured;
    const was = before === undefined ? "" : `, ${before} before`;
    display.say(`in the dark ${correct} of ${total} right${was}`);
  }
  if (gate) {
    const line = `gate    ${gate.line}`;
    display.say(gate.approved ? display.good(line) : display.bad(line));
    if (gate.championLine !== undefined) display.say(`        ${gate.championLine}`);
  }
  for (const report of reports) display.say(`report  ${join(report, "report.html")}`);
}

function rowOf(who: string, found: MonitoringRecord): string[] {
  return [who, String(found.records), found.verdict, driftedIn(found).join(", ")];
}
