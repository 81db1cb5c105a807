import { COMMENT_BYTES, cutSummary } from "../../../actions/summary/cut.ts";
import { blocks, escape, linkLine, table } from "../../../actions/summary/markdown.ts";
import { duration } from "../../../report/format.ts";
import { comparison } from "./comparison.ts";
import type { Run } from "./run.ts";

/** Invisible on GitHub; by it the next run finds its comment. */
export const MARK = "<!-- scones: evaluation -->";

/** The comment's text: this run's evaluation, beside main's where there is one to compare with. */
export function toMarkdown(run: Run, main: Run | undefined, reportUrl: string | undefined): string {
  const { dataset, evaluation, gate, error, seconds } = run;
  const source = dataset === undefined ? "" : ` on ${escape(dataset.source)}`;
  const parts = [
    `${MARK}\n### Evaluation: ${headline(run)}`,
    gate && `**${escape(gate.line)}**`,
    error && codeBlock(error),
    dataset?.insteadOf && `> [!WARNING]\n> ${escape(dataset.insteadOf)}`,
    ...(evaluation === undefined ? [] : [comparison(run, main), confusion(evaluation)]),
    `The whole pipeline on a local AWS${source}, in ${duration(seconds)}.`,
    ...linkLine(reportUrl === undefined ? [] : [{ text: "Report", address: reportUrl }]),
  ];
  return cutSummary(blocks(...parts.filter((part) => part !== undefined)), COMMENT_BYTES);
}

function headline({ error, gate }: Run): string {
  if (error !== undefined) return "the local run failed";
  if (gate === undefined) return "the local run was cut short";
  return gate.approved ? "the gate is open" : "the gate is closed";
}

function confusion({ perClass, confusionMatrix }: NonNullable<Run["evaluation"]>): string {
  const names = perClass.map(({ name }) => escape(name));
  const columns = names.map((title) => ({ title, align: "right" }) as const);
  const rows = confusionMatrix.map((row, label) => [names[label] ?? "", ...row.map(String)]);
  return [
    "<details><summary>Confusion matrix</summary>\n",
    table([{ title: "is ↓ taken for →" }, ...columns], rows),
    "\n</details>",
  ].join("\n");
}

/** Indented: a fence could end within the text. */
function codeBlock(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}
