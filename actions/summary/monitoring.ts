import type { FeatureDrift } from "../../pipeline/drift.ts";
import type { Monitoring } from "../../pipeline/steps/monitor-endpoint.ts";
import { chance, count } from "../../report/format.ts";
import { blocks, code, facts, type Link, linkLine, table } from "./markdown.ts";

const SIGNS = { "no drift": "✅", drift: "⚠️", "insufficient data": "❔" } as const;

/** Whether the endpoint's answers are still those of the evaluation, and by which measure not. */
export function monitoringSummary(
  { verdict, records, skipped, features, reportUri }: Monitoring,
  links: readonly Link[] = [],
): string {
  return blocks(
    `## ${SIGNS[verdict]} Monitoring: ${verdict}`,
    facts([
      ["inferences compared", count(records)],
      ["unreadable lines skipped", skipped === 0 ? undefined : count(skipped)],
      ["report", code(reportUri)],
    ]),
    ...(features.length === 0 ? [] : [featureTable(features)]),
    ...linkLine(links),
  );
}

function featureTable(features: readonly FeatureDrift[]): string {
  return table(
    [
      { title: "feature" },
      { title: "measure" },
      { title: "value", align: "right" },
      { title: "p-value", align: "right" },
      { title: "counts when" },
      { title: "drifted" },
    ],
    features.map(({ name, statistic, value, pValue, limit, drifted }) => [
      name,
      statistic === "psi" ? "PSI" : "KS",
      value.toFixed(3),
      chance(pValue).replace("<", String.raw`\<`),
      statistic === "psi" ? `PSI above ${limit}` : `p below ${limit}`,
      drifted ? "**yes**" : "no",
    ]),
  );
}
