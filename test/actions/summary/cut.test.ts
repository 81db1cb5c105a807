import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  COMMENT_BYTES,
  cutOutput,
  cutSummary,
  SUMMARY_BYTES,
} from "../../../actions/summary/cut.ts";

test("what fits stays as it is", () => {
  const summary = "é".repeat(SUMMARY_BYTES / 2);
  expect(cutSummary(summary)).toBe(summary);
  expect(cutOutput("short")).toBe("short");
});

test("a summary is cut at a line, with a word on it", () => {
  const cut = cutSummary("| a | b |\n".repeat(20_000), COMMENT_BYTES);
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(COMMENT_BYTES);
  expect(cut).toMatch(
    /\| a \| b \|\n\n\*Cut here: GitHub takes 65536 bytes, this had 200000\.\*\n$/,
  );
});

test("a code fence is closed where it is cut", () => {
  const cut = cutSummary(`text\n\`\`\`\`mermaid\n${"```\nline\n".repeat(200)}\`\`\`\`\nend`, 300);
  expect(cut).toContain("\n````\n\n*Cut here");
  expect(cut).not.toContain("end");
});

test("a fence that is closed before the cut stays closed", () => {
  const cut = cutSummary(`\`\`\`\nline\n\`\`\`\n${"text\n".repeat(100)}`, 200);
  expect(cut.match(/```/g)).toHaveLength(2);
});

test("a single long line is cut at a character", () => {
  const cut = cutSummary("🚲".repeat(1000), 300);
  expect(cut).not.toContain("\ufffd");
  expect(cut.startsWith("🚲🚲")).toBe(true);
});

test("an output is cut at a character, with a word on it", () => {
  expect(cutOutput("é".repeat(100), 31)).toBe(`${"é".repeat(5)} ... (cut: 200 bytes)`);
});

test("no cut is too long, halves a character, or leaves a fence open", () => {
  const line = fc.oneof(
    fc.constantFrom("```", "~~~~", "````js", "| a |", "", "  ```"),
    // Without the character by which half of another would show.
    fc.string({ unit: "grapheme", maxLength: 80 }).filter((text) => !text.includes("\ufffd")),
  );
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 10, maxLength: 60 }),
      fc.integer({ min: 120, max: 600 }),
      (lines, bytes) => {
        const markdown = lines.join("\n");
        const cut = cutSummary(markdown, bytes);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
        expect(cut).not.toContain("\ufffd");
        expect(cut !== markdown && isFenceOpen(cut)).toBe(false);
        expect(Buffer.byteLength(cutOutput(markdown, bytes))).toBeLessThanOrEqual(bytes);
      },
    ),
  );
});

function isFenceOpen(markdown: string): boolean {
  let open: string | undefined;
  for (const line of markdown.split("\n")) {
    const trimmed = line.replace(/^ {0,3}/, "");
    const run = /^(?:`{3,}|~{3,})/.exec(trimmed)?.[0];
    if (run === undefined) continue;
    const rest = trimmed.slice(run.length);
    if (open === undefined) open = run.startsWith("`") && rest.includes("`") ? undefined : run;
    else if (run[0] === open[0] && run.length >= open.length && rest.trim() === "")
      open = undefined;
  }
  return open !== undefined;
}
