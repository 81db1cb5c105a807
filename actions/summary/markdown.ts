/**
 * A value as text of GitHub-flavoured Markdown within a line or a table's cell: nothing in it is
 * markup, HTML or mathematics, and line breaks are spaces.
 */
export function escape(value: string): string {
  return value.replaceAll(/[\s\p{Cc}]+/gu, " ").replaceAll(/[\\`*_[\]<>|~&$]/g, String.raw`\$&`);
}

/** A name, key or ARN. HTML's element, as a code span would end at a backtick in it. */
export function code(value: string): string {
  return `<code>${escape(value)}</code>`;
}

export interface Link {
  readonly text: string;
  readonly address: string;
}

/** Links in one line; nothing where there are none, as on a local AWS. */
export function linkLine(links: readonly Link[]): string[] {
  if (links.length === 0) return [];
  return [links.map(({ text, address }) => `[${escape(text)}](${closed(address)})`).join(" · ")];
}

/** An address without what would end the link around it. */
function closed(address: string): string {
  return address.replaceAll(
    /[()<>\s|\\]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

export interface Column {
  /** Markdown. */
  readonly title: string;
  readonly align?: "right";
}

/** A table; every row has a cell a column, each of them Markdown of one line. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  return [
    tableRow(columns.map(({ title }) => title)),
    tableRow(columns.map(({ align }) => (align === "right" ? "--:" : ":--"))),
    ...rows.map(tableRow),
  ].join("\n");
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Rows of a name and a value, those without a value left out; both are Markdown. */
export function facts(entries: readonly (readonly [string, string | undefined])[]): string {
  const rows = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return table([{ title: "" }, { title: "" }], rows);
}

/** Blocks with an empty line between them, and a line break at the end. */
export function blocks(...parts: readonly string[]): string {
  return `${parts.join("\n\n")}\n`;
}
