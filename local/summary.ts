import type { RunDocument } from "../report/run-document.ts";
import type { Display } from "../console/display.ts";
import type { RunDataset } from "./dataset.ts";
import { table } from "../console/table.ts";

const closed = `        Behind a closed gate nothing is deployed, and nothing is kept up. On drawn pictures it opens:
        npm run local -- --dataset drawn`;

/** What the user reads last: the steps with their seconds, the gate's line, the report's path. */
export function showSummary(
  display: Display,
  run: RunDocument,
  dataset: RunDataset,
  reportFile: string,
): void {
  display.say();
  display.say(
    table(
      ["step", "seconds", "made"],
      [
        ...run.steps.map(({ name, seconds, outcome, made }) => [
          name,
          seconds.toFixed(1),
          outcome === "failed" ? "FAILED (why: below)" : made,
        ]),
        ["all", run.seconds.toFixed(1), dataLine(dataset)],
      ],
      [1],
    ),
  );
  display.say();
  if (run.gate) {
    const line = `gate    ${run.gate.line}`;
    display.say(run.gate.approved ? display.good(line) : display.bad(line));
    if (!run.gate.approved && run.dataset?.drawn === false) display.say(closed);
  }
  if (run.monitoring) {
    display.say(`monitor ${run.monitoring.verdict} in ${run.monitoring.records} inferences`);
  }
  display.say(`left    ${run.leftovers.length === 0 ? "nothing" : run.leftovers.join(", ")}`);
  display.say(`report  ${reportFile}`);
}

/** Says what the pictures are; drawn ones never pass for photographs. */
export function dataLine({ source }: Pick<RunDataset, "source">): string {
  return source.name === "drawn" ? "DRAWN pictures, not photographs" : `pictures of ${source.name}`;
}
