import { parseArgs } from "node:util";
import pMap from "p-map";
import sharp from "sharp";
import type { Classifier } from "../local/algorithm/classifier.ts";
import { decodePicture } from "../local/algorithm/picture.ts";
import { type Config, loadConfig } from "../pipeline/config.ts";
import { drawnStrangers } from "../pipeline/dataset/drawn-strangers.ts";
import { openDataset } from "../pipeline/dataset/open.ts";
import { random, shuffle } from "../pipeline/dataset/random.ts";
import { inWeather, weathers } from "../pipeline/dataset/weather.ts";
import { makeBaseline } from "../pipeline/monitoring/baseline.ts";
import type { Drift } from "../pipeline/monitoring/drift.ts";
import {
  pictureSize,
  type PictureStatistics,
  pictureStatistics,
} from "../pipeline/monitoring/picture-statistics.ts";
import { usualSide } from "../pipeline/monitoring/side.ts";
import { Window } from "../pipeline/monitoring/window.ts";
import { strangersOf } from "./stranger-pictures.ts";
import { vehiclesOnly, withClassifier } from "./trained-classifier.ts";
import { median } from "./median.ts";
import { wholeNumber } from "./whole-number.ts";

export const usage = `usage: npm run bench -- drift [--dataset NAME] [--strangers ARCHIVE] [--share 1]
                              [--seed 1] [--runs 100] [--config pipeline.yaml]

How often the monitor finds a change of input, and how often it cries wolf. The local algorithm is trained
on half of the training pictures; the others and the test pictures are the pool, which it has never seen.
A run is one seed and one look: 200 pictures of the pool are the baseline, and of another 200, as they are
or changed, the monitor sees a window of 20, 50, 100 or all of them, once. --strangers is a CIFAR-100
archive whose other classes' test pictures are the strangers; drawn vehicles have drawn houses. Larger
pictures are the same as JPEGs eight times as wide: no alarm but by the answers. With
--share 0.25 only one record in four is changed.`;

const BASELINE = 200;
const SIZES = [20, 50, 100, 200] as const;
/** What is promised of 100 runs, in windows of 200. */
const FOUND = 95;
const FALSE_ALARMS = 5;
/** Changes that are none: finding one is a false alarm. */
const HARMLESS: ReadonlySet<string> = new Set(["none", "larger"]);
/** What larger pictures may be found by: a model that is less sure of them has changed its answers. */
const ANSWERS: ReadonlySet<string> = new Set(["confidence", "predicted_class", "low_confidence"]);

/** A picture as the endpoint would have been asked, and what it answers. */
interface Seen {
  readonly look: PictureStatistics | undefined;
  readonly probabilities: readonly number[];
}

interface Change {
  /** What the change makes of each picture of the pool; undefined: strangers come instead. */
  readonly pictures: readonly Seen[] | undefined;
  /** Of the records that are changed. */
  readonly share: number;
  readonly seed: number;
}

interface Pool {
  /** What a change makes of each picture of the pool; the plain pictures are the first. */
  readonly changes: ReadonlyMap<string, readonly Seen[]>;
  readonly strangers: readonly Seen[];
}

/** Prints a table of changes, and fails where it does not hold. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      dataset: { type: "string", default: process.env["SCONES_DATASET"] ?? "drawn" },
      strangers: { type: "string" },
      share: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
      runs: { type: "string", default: "100" },
      config: { type: "string", default: "pipeline.yaml" },
    },
  });
  const config = await loadConfig(values.config, [vehiclesOnly]);
  const share = Number(values.share);
  const first = wholeNumber("seed", values.seed, 0);
  const seeds = Array.from({ length: wholeNumber("runs", values.runs) }, (_, at) => first + at);
  const pool = await openPool(values.dataset, values.strangers, config);
  console.log(
    `${values.dataset}: seeds ${seeds[0]} to ${seeds.at(-1)}, significance ${config.monitoring.significance}, ` +
      `PSI ${config.monitoring.psi}, ${100 * share}% changed, found of ${seeds.length} in a window of`,
  );
  console.log(row("change", [...SIZES.map(String), "median"], "by"));
  let holds = true;
  for (const [change, pictures] of [...pool.changes, ["another class", undefined] as const]) {
    if (pictures === undefined && pool.strangers.length === 0) continue;
    const found = seeds.map((seed) => lookOften(pool, { pictures, share, seed }, config));
    const isFound = (drift: Drift | undefined) =>
      isDrift(drift, change === "larger" ? ANSWERS : new Set());
    const counts = SIZES.map((_, at) => found.filter((looks) => isFound(looks[at])).length);
    const rate = (counts.at(-1) ?? 0) / seeds.length;
    holds &&= HARMLESS.has(change) ? rate <= FALSE_ALARMS / 100 : rate >= FOUND / 100;
    const records = medianOf(found.map((looks) => SIZES[looks.findIndex(isFound)] ?? Infinity));
    console.log(row(change, [...counts.map(String), records], foundBy(found)));
  }
  if (share < 1) return; // Nothing is promised of windows that are changed in part.
  console.log(
    `${holds ? "holds" : "DOES NOT HOLD"}: at least ${FOUND} of 100 changes found in 200 records, at most ${FALSE_ALARMS} false alarms`,
  );
  if (!holds) process.exitCode = 1;
}

async function openPool(
  dataset: string,
  archive: string | undefined,
  config: Config,
): Promise<Pool> {
  const { signal } = new AbortController();
  const source = await openDataset(dataset, config, {
    progress: { line: console.log, count: () => {} },
    signal,
  });
  const train: { label: number; png: Buffer }[] = [];
  const test: Buffer[] = [];
  for await (const { split, label, png } of source.pictures()) {
    if (split === "train") train.push({ label, png: await png() });
    else test.push(await png());
  }
  const half = Math.floor(train.length / 2);
  const pool = [...train.slice(half).map(({ png }) => png), ...test];
  const samples = await pMap(
    train.slice(0, half),
    async ({ label, png }) => ({ label, picture: await decodePicture(png) }),
    { concurrency: 4 },
  );
  const { classes } = config.dataset;
  const options = { count: pool.length, seed: config.dataset.seed };
  const strangers =
    archive !== undefined
      ? await strangersOf(archive, classes, options)
      : dataset === "drawn"
        ? await drawnStrangers(options.count, options.seed)
        : [];
  return await withClassifier(samples, config, async (classifier, seconds) => {
    console.log(
      `trained on ${samples.length} pictures in ${seconds.toFixed(0)} s, ${pool.length} in the pool, ${strangers.length} strangers`,
    );
    const side = usualSide(await pMap(pool, pictureSize));
    const changes = new Map([["none", await see(classifier, pool, side)]]);
    const photos = await pMap(pool, asPhoto, { concurrency: 4 });
    changes.set("larger", await see(classifier, photos, side));
    for (const weather of weathers) {
      const changed = await pMap(pool, (png) => inWeather(png, weather), { concurrency: 4 });
      changes.set(weather, await see(classifier, changed, side));
    }
    return { changes, strangers: await see(classifier, strangers, side) };
  });
}

/** Eight times as wide and high, as a JPEG: the same view as a phone sends it, but for what is finer. */
async function asPhoto(png: Buffer): Promise<Buffer> {
  const { width } = await sharp(png).metadata();
  return await sharp(png)
    .resize(8 * width)
    .jpeg({ quality: 85 })
    .toBuffer();
}

async function see(classifier: Classifier, pngs: readonly Buffer[], side: number): Promise<Seen[]> {
  return await pMap(
    pngs,
    async (png) => {
      const [probabilities = []] = await classifier.predict([await decodePicture(png)]);
      return { look: await pictureStatistics(png, { side }), probabilities };
    },
    { concurrency: 2 },
  );
}

/** One run: what the monitor says to the first 20, 50, 100 and 200 records. */
function lookOften(
  { changes, strangers }: Pool,
  { pictures, share, seed }: Change,
  config: Config,
): Drift[] {
  const plain = changes.get("none") ?? [];
  const next = random(seed);
  const order = shuffle(plain.keys(), next);
  const before = order.slice(0, BASELINE).flatMap((at) => plain[at] ?? []);
  const others = shuffle(strangers, next);
  const now = order.slice(BASELINE).flatMap((at, turn) => {
    if (next() >= share) return plain[at] ?? [];
    return (pictures === undefined ? others[turn] : pictures[at]) ?? [];
  });
  const baseline = makeBaseline(
    {
      classes: config.dataset.classes,
      predictions: before.map(({ probabilities }, at) => ({
        key: `${at}`,
        label: 0,
        probabilities,
      })),
    },
    before.map(({ look }) => look),
  );
  return SIZES.map((size) => {
    const window = new Window(baseline, { threshold: config.application.confidence });
    for (const { look, probabilities } of now.slice(0, size)) {
      window.answer(probabilities, 0);
      window.picture(look, 0);
    }
    return window.drift(config.monitoring);
  });
}

/** Whether a look found anything by other features than these. */
function isDrift(drift: Drift | undefined, but: ReadonlySet<string>): boolean {
  return drift?.features.some(({ drifted, name }) => drifted && !but.has(name)) ?? false;
}

function medianOf(values: readonly number[]): string {
  const middle = median(values);
  return middle === Infinity ? "-" : String(middle);
}

/** The features that whole windows were most often found by, and how often. */
function foundBy(found: readonly (readonly Drift[])[]): string {
  const counts = new Map<string, number>();
  for (const looks of found) {
    const drifted = looks.at(-1)?.features.filter((feature) => feature.drifted) ?? [];
    for (const name of new Set(drifted.map((feature) => feature.name))) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

function row(change: string, cells: readonly string[], by: string): string {
  return `${change.padEnd(14)}${cells.map((cell) => cell.padStart(7)).join("")}  ${by}`;
}
