import type { Config } from "../../pipeline/config.ts";
import { openDrawn } from "../../pipeline/dataset/drawn.ts";
import { random, shuffle } from "../../pipeline/dataset/random.ts";
import { type Picture, type Source, survey } from "../../pipeline/dataset/source.ts";
import { inWeather, type Weather } from "../../pipeline/dataset/weather.ts";
import { UsageError } from "../../pipeline/errors.ts";
import { isStranger } from "../../pipeline/dataset/manifest.ts";

/** A picture that the endpoint is to be sent, and what it shows. */
export interface Visitor {
  readonly class: string;
  readonly picture: () => Promise<Buffer>;
}

/** Who comes when; nobody comes twice, and no picture of theirs is in the data set. */
export interface Visitors {
  readonly daylight: readonly Visitor[];
  /** At night and in fog. */
  readonly dark: readonly Visitor[];
  /** The same, once the endpoint was taught. */
  readonly later: readonly Visitor[];
}

const COUNTS: Readonly<Record<keyof Visitors, number>> = { daylight: 200, dark: 300, later: 200 };
/** Where the pictures are not drawn: of those for training. */
const HELD_OUT = 1 / 3;
/** Of fewer labelled ones the quarter for the test may be too few for a baseline of their own. */
const LEAST_DARK = 260;
const weathers: readonly Weather[] = ["night", "fog"];

/**
 * Visitors for a data set, and what of it is left to stage: drawn ones are drawn for the purpose, of any
 * other a third of the training pictures is held out.
 * @throws UsageError where that is too few.
 */
export async function openVisitors(
  source: Source,
  { dataset }: Pick<Config, "dataset">,
  signal: AbortSignal,
): Promise<{ readonly source: Source; readonly visitors: Visitors }> {
  if (source.name === "drawn") {
    const wanted = Object.values(COUNTS).reduce((sum, count) => sum + count);
    const perClass = { train: 0, test: Math.ceil(wanted / dataset.classes.length) };
    const drawn = openDrawn(dataset.classes, dataset.seed + 1, { perClass });
    return { source, visitors: sentBy(await Array.fromAsync(drawn()), source, COUNTS) };
  }
  const next = random(dataset.seed);
  const places = source.survey.counts.train.map((count) =>
    shuffle(Array.from({ length: count }).keys(), next),
  );
  const held = places.map((all, label) =>
    isStranger(source, label)
      ? new Set<number>()
      : new Set(all.slice(0, Math.floor(all.length * HELD_OUT))),
  );
  const isHeld = (picture: Picture, at: number) =>
    picture.split === "train" && held[picture.label]?.has(at) === true;
  const taken = await Array.fromAsync(where(source, isHeld));
  const counts = {
    daylight: Math.floor(taken.length / 4),
    dark: Math.floor(taken.length / 2),
    later: Math.floor(taken.length / 4),
  };
  if (counts.dark < LEAST_DARK) {
    throw new UsageError(
      `"${source.name}" is too small for --drift: a third of its training pictures, ${taken.length}, would be ` +
        `visitors', and ${2 * LEAST_DARK} are needed. Name another data set, or drawn.`,
    );
  }
  const left = () => where(source, (picture, at) => !isHeld(picture, at));
  const { background } = source;
  return {
    source: {
      ...(await survey(source.name, source.classes, left, signal)),
      ...(background !== undefined && { background }),
    },
    visitors: sentBy(taken, source, counts),
  };
}

/** The pictures that pass; `at` is a picture's place among those of its split and label. */
async function* where(
  source: Source,
  passes: (picture: Picture, at: number) => boolean,
): AsyncGenerator<Picture, void, undefined> {
  const seen = new Map<string, number>();
  for await (const picture of source.pictures()) {
    const kind = `${picture.split} ${picture.label}`;
    const at = seen.get(kind) ?? 0;
    seen.set(kind, at + 1);
    if (passes(picture, at)) yield picture;
  }
}

function sentBy(
  pictures: readonly Picture[],
  { classes }: Source,
  { daylight, dark, later }: Record<keyof Visitors, number>,
): Visitors {
  const visitor = ({ label, png }: Picture, weather?: Weather): Visitor => ({
    class: classes[label] ?? "",
    picture: async () => (weather === undefined ? await png() : inWeather(await png(), weather)),
  });
  const inTheDark = (from: number, count: number) =>
    pictures
      .slice(from, from + count)
      .map((picture, at) => visitor(picture, weathers[at % weathers.length]));
  return {
    daylight: pictures.slice(0, daylight).map((picture) => visitor(picture)),
    dark: inTheDark(daylight, dark),
    later: inTheDark(daylight + dark, later),
  };
}
