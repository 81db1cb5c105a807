import * as z from "zod";
import { UsageError } from "../pipeline/errors.ts";
import { type Label, parseGroundTruth } from "../pipeline/labels/ground-truth.ts";
import type { ReadLabel } from "../pipeline/labels/upload-labels.ts";
import { fieldsOf } from "./csv.ts";

export interface ReadLabels {
  readonly labels: readonly ReadLabel[];
  /** Ids of events whose labels are to be removed: those of the class `-`. */
  readonly removed: ReadonlySet<string>;
  /** Lines that have no class yet. */
  readonly blank: number;
}

/** Stands for a class where a label is to be removed. */
const REMOVE = "-";

const object = z.object({ eventId: z.string().min(1), class: z.string() });
/** Complaints that are shown. */
const SHOWN = 10;

/**
 * Reads labels: CSV whose header names `eventId` and `class`, or without a header these two first; or a
 * JSON object a line, `{"eventId","class"}` or Model Monitor's own.
 * @throws UsageError naming the line of everything that is wrong.
 */
export async function readLabels(
  lines: AsyncIterable<string>,
  { name, classes }: { readonly name: string; readonly classes: readonly string[] },
): Promise<ReadLabels> {
  const labels = new Map<string, ReadLabel>();
  const complaints: string[] = [];
  let blank = 0;
  let number = 0;
  let columns = [0, 1];
  for await (const raw of lines) {
    number += 1;
    const line = raw.replace(/^\uFEFF/, "").trim();
    if (line === "") continue;
    const fields = line.startsWith("{") ? [] : fieldsOf(line);
    if (number === 1 && fields.includes("eventId")) {
      columns = [fields.indexOf("eventId"), fields.indexOf("class")];
      if (columns[1] === -1) complaints.push(`${name}:1: the header has no column "class".`);
      continue;
    }
    const from = `${name}:${number}`;
    const [id = 0, said = 1] = columns;
    const label: Label | undefined = line.startsWith("{")
      ? parseObject(line)
      : { eventId: fields[id] ?? "", class: fields[said] ?? "" };
    const before = label && labels.get(label.eventId);
    if (label === undefined) complaints.push(`${from}: is no JSON object with eventId and class.`);
    else if (label.eventId === "") complaints.push(`${from}: has no event id.`);
    else if (label.class === "") blank += 1;
    else if (label.class !== REMOVE && !classes.includes(label.class)) {
      complaints.push(
        `${from}: "${label.class}" is no class; they are ${classes.join(", ")}, and ${REMOVE} removes a label.`,
      );
    } else if (before !== undefined && before.class !== label.class) {
      complaints.push(`${from}: ${label.eventId} is "${before.class}" in ${before.from}.`);
    } else if (before === undefined) labels.set(label.eventId, { ...label, from });
  }
  if (complaints.length > 0) {
    const more = complaints.length - SHOWN;
    throw new UsageError(
      [...complaints.slice(0, SHOWN), ...(more > 0 ? [`... and ${more} more.`] : [])].join("\n"),
    );
  }
  const all = [...labels.values()];
  return {
    labels: all.filter((label) => label.class !== REMOVE),
    removed: new Set(all.filter((each) => each.class === REMOVE).map(({ eventId }) => eventId)),
    blank,
  };
}

function parseObject(line: string): Label | undefined {
  const truth = parseGroundTruth(line);
  if (truth !== undefined) return truth;
  try {
    return object.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
