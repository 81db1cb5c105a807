import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { code, escape, facts, linkLine, table } from "../../../actions/summary/markdown.ts";
import { cellsOf } from "./cells.ts";

test("a value is never markup, HTML, mathematics or a line break", () => {
  expect(escape("a|b `c` <img> *d*\r\n[e](f) $g$ &amp; \\ ~h~_")).toBe(
    String.raw`a\|b \`c\` \<img\> \*d\* \[e\](f) \$g\$ \&amp; \\ \~h\~\_`,
  );
});

test("a name stays one element whatever it holds", () => {
  expect(code("a</code>`|b")).toBe(String.raw`<code>a\</code\>\`\|b</code>`);
});

test("every row of a table has a cell for each column, whatever the values hold", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }).chain((width) =>
        fc.array(
          fc.array(fc.string({ unit: "grapheme" }), { minLength: width, maxLength: width }),
          {
            minLength: 1,
          },
        ),
      ),
      (values) => {
        const [titles = [], ...rows] = values.map((row) => row.map(code));
        const lines = table(
          titles.map((title) => ({ title })),
          rows,
        ).split("\n");
        expect(lines).toHaveLength(values.length + 1);
        expect(new Set(lines.map((line) => cellsOf(line).length))).toEqual(
          new Set([titles.length]),
        );
      },
    ),
  );
});

test("facts without a value are left out", () => {
  const lines = facts([
    ["a", "1"],
    ["b", undefined],
  ]).split("\n");
  expect(lines.slice(2)).toEqual(["| a | 1 |"]);
});

test("without links there is no line of links", () => {
  expect(linkLine([])).toEqual([]);
});

test("an address can't end its link", () => {
  expect(linkLine([{ text: "a", address: "https://b/(c d)" }])).toEqual([
    "[a](https://b/%28c%20d%29)",
  ]);
});
