import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { type FoundLabel, readGroundTruth } from "../labels/ground-truth.ts";
import { labelledCaptures } from "../labels/labelled-captures.ts";
import { sum } from "../evaluation/metrics.ts";
import { sha256 } from "../s3.ts";
import { type Purpose, purposeOf } from "./purpose.ts";
import { encode } from "./layout.ts";
import { type Picture, type Source, survey } from "./source.ts";
import { fitServed, squeeze, squeezed } from "./squeeze.ts";
import {
  countUnusable,
  type Fault,
  faults,
  placeOf,
  refuseUnusable,
  type Unusable,
} from "./unusable-labels.ts";

/** What became of an environment's labels. */
interface CapturedCounts {
  readonly labels: number;
  /** Pictures that the data set has of them. */
  readonly used: Readonly<Record<Purpose, number>>;
  /** The same picture as another one, of the data set or labelled before. */
  readonly repeated: number;
  /** What can't be used, by why. */
  readonly unusable: Readonly<Record<Fault, number>>;
}

/** Bytes of pictures that are held; what is beyond them is read again at each pass. */
const MOST_HELD = 64 << 20;

/** What is known of a captured picture once it was looked at. */
interface Entry {
  readonly label: number;
  readonly id: number;
  readonly purpose: Purpose;
  readonly picture: Buffer | undefined;
}

/** A data set, and the labels of its classes. */
interface Labelled {
  readonly source: Source;
  readonly bucket: string;
  readonly known: ReadonlyMap<string, FoundLabel>;
}

/**
 * A data set with the pictures that an environment's endpoint was sent and people have labelled. They
 * keep their split from run to run; one that the data set has already, or that came before, is left
 * out, so that no picture is in two splits. Test pictures stay as large as the application sends them: the
 * model is measured on what its endpoint is asked. The others are squeezed as a folder's are.
 * @throws StepError where more than a tenth of the labels can't be used.
 */
export async function withCaptures(
  context: Context,
  config: Pick<Config, "project" | "environment" | "dataset">,
  { source, bucket }: { readonly source: Source; readonly bucket: string },
): Promise<Source> {
  const truth = await readGroundTruth(context, config, bucket);
  const labels = truth.labels.size + truth.conflicting.length + truth.unreadable.length;
  if (labels === 0) return source;
  const { classes } = source;
  const known = new Map([...truth.labels].filter(([, each]) => classes.includes(each.class)));
  const strange = [...truth.labels.values()].filter(({ eventId }) => !known.has(eventId));
  const looked = await look(context, config, { source, bucket, known });
  const { entries, captured } = looked;
  const unusable: Unusable = {
    "without capture": looked.missing.map(placeOf),
    undecodable: looked.undecodable.map(placeOf),
    "of another class": strange.map(placeOf),
    contradictory: truth.conflicting,
    unreadable: truth.unreadable,
  };
  refuseUnusable(unusable, { ...config, labels, classes });
  context.progress.line(
    describe({
      labels,
      used: capturedCounts(captured),
      repeated: looked.repeated,
      unusable: countUnusable(unusable),
    }),
  );
  if (entries.size === 0) return source;
  const others = () => capturedPictures(context, config, { bucket, known, entries });
  const { train, test } = source.survey.counts;
  const share = entries.size / sum([...train, ...test]);
  const pictures = () => dealtIn(source.pictures(), others(), share);
  const merged = await survey(source.name, classes, pictures, context.signal);
  return { ...source, ...merged, captured };
}

/** Looks at every labelled picture: which of them join the data set, and which labels are of none. */
async function look(
  context: Context,
  config: Pick<Config, "project" | "environment" | "dataset">,
  { source, bucket, known }: Labelled,
) {
  const { seen, nextId } = await lookThrough(source, context);
  const entries = new Map<string, Entry>();
  const none = () => source.classes.map(() => 0);
  const captured: Record<Purpose, number[]> = { train: none(), validation: none(), test: none() };
  const missing = new Map(known);
  const undecodable: FoundLabel[] = [];
  let found = 0;
  let held = 0;
  for await (const { eventId, class: name, picture } of labelledCaptures(
    context,
    config,
    bucket,
    known,
  )) {
    context.progress.count(++found, known.size, "labelled pictures looked at");
    const labelled = known.get(eventId);
    missing.delete(eventId);
    const small = picture && (await squeezed(picture).catch(() => undefined));
    if (picture === undefined || small === undefined) {
      if (labelled !== undefined) undecodable.push(labelled);
      continue;
    }
    const hash = sha256(small.png);
    if (seen.has(hash)) continue;
    seen.add(hash);
    const purpose = purposeOf(small.pixels, config.dataset);
    const label = source.classes.indexOf(name);
    captured[purpose][label] = (captured[purpose][label] ?? 0) + 1;
    held += picture.length;
    const isHeld = held <= MOST_HELD;
    const id = nextId + entries.size;
    entries.set(eventId, { label, id, purpose, picture: isHeld ? picture : undefined });
  }
  const repeated = found - undecodable.length - entries.size;
  return { entries, captured, missing: [...missing.values()], undecodable, repeated };
}

/** How many captured pictures a data set has for each purpose. */
export function capturedCounts(captured: NonNullable<Source["captured"]>): Record<Purpose, number> {
  const { train, validation, test } = captured;
  return { train: sum(train), validation: sum(validation), test: sum(test) };
}

/** The pictures that a data set has already, by their pixels, and a number above all of theirs. */
async function lookThrough({ pictures }: Source, { signal }: Context) {
  const looked = { seen: new Set<string>(), nextId: 0 };
  for await (const { id, image } of encode(pictures())) {
    signal.throwIfAborted();
    looked.seen.add(sha256(image));
    looked.nextId = Math.max(looked.nextId, id + 1);
  }
  return looked;
}

/** The captured pictures, in the order in which they were looked at: those that are held came first. */
async function* capturedPictures(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  labelled: Pick<Labelled, "bucket" | "known"> & { readonly entries: ReadonlyMap<string, Entry> },
): AsyncGenerator<Picture, void, undefined> {
  const { bucket, known, entries } = labelled;
  for (const entry of entries.values()) {
    if (entry.picture !== undefined) yield pictureOf(entry, entry.picture);
  }
  const isBeyond = (entry: Entry | undefined) => entry !== undefined && entry.picture === undefined;
  const beyond = new Map([...known].filter(([eventId]) => isBeyond(entries.get(eventId))));
  for await (const { eventId, picture } of labelledCaptures(context, config, bucket, beyond)) {
    const entry = entries.get(eventId);
    if (entry !== undefined && picture !== undefined) yield pictureOf(entry, picture);
  }
}

function pictureOf({ purpose, label, id }: Entry, content: Buffer): Picture {
  const png = () => (purpose === "test" ? fitServed(content) : squeeze(content));
  return {
    split: purpose === "test" ? "test" : "train",
    label,
    id,
    content,
    png,
    captured: purpose,
  };
}

/** Pictures with others spread among them, `share` for each: training reads its files in order. */
async function* dealtIn(
  pictures: AsyncIterable<Picture>,
  others: AsyncGenerator<Picture, void, undefined>,
  share: number,
): AsyncGenerator<Picture, void, undefined> {
  let due = 0;
  for await (const picture of pictures) {
    yield picture;
    for (due += share; due >= 1; due -= 1) {
      const { done, value } = await others.next();
      if (done !== true) yield value;
    }
  }
  yield* others;
}

function describe({ labels, used, repeated, unusable }: CapturedCounts): string {
  const lost = faults(unusable);
  return (
    `${labels} labelled captures: ${used.train} to train on, ${used.validation} to validate, ${used.test} to test` +
    (repeated === 0 ? "" : `, ${repeated} repeated`) +
    (lost === "" ? "" : `; left out: ${lost}`)
  );
}
