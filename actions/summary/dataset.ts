import type { Dataset } from "../../pipeline/dataset/manifest.ts";
import { count } from "../../report/format.ts";
import { blocks, code, escape, facts, type Link, linkLine, table } from "./markdown.ts";

/** What was staged: where from, what it hashes to, and how many pictures each part has. */
export function datasetSummary(
  { bucket, prefix, manifest }: Dataset,
  links: readonly Link[] = [],
): string {
  return blocks(
    "## Dataset",
    facts([
      ["source", escape(manifest.source)],
      ["classes", manifest.classes.map(escape).join(", ")],
      ["hash", code(manifest.hash)],
      ["at", code(`s3://${bucket}/${prefix}`)],
    ]),
    countTable(manifest.counts),
    ...(manifest.captured === undefined
      ? []
      : ["Of these, captured at the endpoint and labelled:", countTable(manifest.captured)]),
    ...linkLine(links),
  );
}

function countTable({ train, validation, test }: Dataset["manifest"]["counts"]): string {
  return table(
    ["train", "validation", "test", "all"].map((title) => ({ title, align: "right" })),
    [[train, validation, test, train + validation + test].map(count)],
  );
}
