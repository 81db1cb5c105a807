/** The fields of a line of CSV as RFC 4180 has it; a field over several lines is not taken. */
export function fieldsOf(line: string): string[] {
  const fields = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...fields].map(([, quoted, plain]) =>
    (quoted?.replaceAll('""', '"') ?? plain ?? "").trim(),
  );
}

/** Fields as a line of CSV. */
export function csvLine(fields: readonly (string | number)[]): string {
  return fields
    .map(String)
    .map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}
