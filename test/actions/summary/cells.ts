/** The cells of a table's row as cmark-gfm splits it: at each bar without a backslash before it. */
export function cellsOf(row: string): string[] {
  const cells = row.match(/(?:\\[!-/:-@[-`{-~]|[^|])+/g) ?? [];
  return cells.map((cell) => cell.trim());
}

/** The tables of a Markdown text, each as the cells of its rows. */
export function tablesOf(markdown: string): string[][][] {
  return markdown
    .split("\n\n")
    .filter((block) => block.startsWith("|"))
    .map((block) => block.trimEnd().split("\n").map(cellsOf));
}
