import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../pipeline/errors.ts";
import type { Chosen } from "../pipeline/labels/choose-captures.ts";
import { csvLine } from "./csv.ts";
import { labelPage } from "./page.ts";

/**
 * Writes pictures by their rows and events' ids, `labels.csv` to fill in, and `index.html`, which shows the ones
 * and makes the other.
 * @returns the table's path.
 * @throws UsageError where the folder has a table already: somebody's work may stand in it.
 */
export async function writePictures(
  folder: string,
  chosen: readonly Chosen[],
  {
    classes,
    upload,
  }: { readonly classes: readonly string[]; readonly upload: (file: string) => string },
): Promise<string> {
  const file = join(folder, "labels.csv");
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) {
    throw new UsageError(
      `${file} is there already, perhaps with labels: upload it (${upload(file)}), or name another folder.`,
    );
  }
  await mkdir(folder, { recursive: true });
  const named = chosen.map((each, at) => ({ ...each, file: fileOf(each, at + 1) }));
  for (const each of named) await writeFile(join(folder, each.file), each.picture);
  const rows = named.map(({ eventId, predicted, confidence, time, file: picture }) =>
    csvLine([eventId, "", predicted, confidence.toFixed(3), time.toISOString(), picture]),
  );
  const header = "eventId,class,predicted,confidence,time,file";
  await writeFile(join(folder, "index.html"), labelPage(named, classes, upload("labels.csv")));
  await writeFile(file, `${[header, ...rows].join("\n")}\n`);
  return file;
}

/**
 * The name of a picture's file: nothing of an id leads out of the folder, and its row keeps ids apart
 * that differ in punctuation or case alone.
 */
function fileOf({ eventId, picture }: Pick<Chosen, "eventId" | "picture">, row: number): string {
  const extension = picture[0] === 0x89 ? "png" : "jpg";
  return `${String(row).padStart(4, "0")}-${eventId.replaceAll(/[^\w-]/g, "_")}.${extension}`;
}
