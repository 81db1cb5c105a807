import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { decodePicture } from "../local/algorithm/picture.ts";
import type { Sample } from "../local/algorithm/training.ts";
import { table } from "../console/table.ts";
import { readCifarLabels } from "../pipeline/dataset/cifar.ts";
import { type Config, loadConfig } from "../pipeline/config.ts";
import { openArchive } from "../pipeline/dataset/archive.ts";
import { cacheDirectory } from "../pipeline/dataset/cifar-100.ts";
import { pickBackground } from "../pipeline/dataset/background.ts";
import { random, shuffle } from "../pipeline/dataset/random.ts";
import type { Picture } from "../pipeline/dataset/source.ts";
import { UsageError } from "../pipeline/errors.ts";
import type { Prediction } from "../pipeline/evaluation/evaluation.ts";
import { confidence, isCorrect, predictedClass } from "../pipeline/evaluation/metrics.ts";
import { measureStrangers, type Strangers } from "../pipeline/evaluation/strangers.ts";
import { percent } from "../report/format.ts";
import { withClassifier } from "./trained-classifier.ts";
import { wholeNumber } from "./whole-number.ts";

export const usage = `usage: npm run bench -- strangers [--archive FILE] [--counts 0,400] [--seed 1]
                                  [--config pipeline.yaml] [--json FILE]

Trains the local image classification with so many background pictures of half of a CIFAR-100 archive's
other classes, drawn by lot, and with four fifths of its vehicles, and shows it test pictures of those
classes (known kinds) and of the other half (unseen kinds). How many of them pass where 95% of the vehicles
are kept, of the fifth that was held out and of the test pictures; and how many the application routes:
taken for a vehicle, at application.confidence or more. The backbone has seen the other classes.`;

/** Prints a row for each number of background pictures. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      archive: { type: "string" },
      counts: { type: "string", default: "0,400" },
      seed: { type: "string", default: "1" },
      config: { type: "string", default: "pipeline.yaml" },
      json: { type: "string" },
    },
  });
  const config = await loadConfig(values.config);
  const archive = values.archive ?? process.env["SCONES_DATASET"] ?? cached();
  const exists = await access(archive).then(
    () => true,
    () => false,
  );
  if (!exists && values.archive !== undefined) throw new UsageError(`There is no ${archive}.`);
  if (!exists) {
    console.log(`skipped: there is no ${archive}; name a CIFAR-100 archive with --archive`);
    return;
  }
  const seed = wholeNumber("seed", values.seed, 0);
  const kinds = await splitKinds(archive, config, seed);
  const rows: Row[] = [];
  for (const count of values.counts.split(",").map(Number)) {
    const found = await measure(archive, config, { ...kinds, count, seed });
    if (found === undefined) {
      console.log(`skipped: ${archive} has no test pictures of other classes than the vehicles`);
      return;
    }
    rows.push(...found.rows);
    console.log(`${count} background pictures: trained in ${found.seconds.toFixed(0)} s`);
  }
  console.log(show(rows, config.application.confidence));
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(rows, null, 2));
}

const cached = () => join(cacheDirectory(), "cifar-100-binary.tar.gz");

/** One vehicle in so many is held out, by its place in the archive, which is in no order. */
const FOLDS = 5;

interface Kinds {
  readonly known: readonly string[];
  readonly unseen: readonly string[];
}

async function splitKinds(file: string, { dataset }: Config, seed: number): Promise<Kinds> {
  const names = (await readCifarLabels(file)).filter((name) => !dataset.classes.includes(name));
  const mixed = shuffle(names, random(seed));
  const half = Math.ceil(mixed.length / 2);
  return { known: mixed.slice(0, half), unseen: mixed.slice(half) };
}

interface Passing {
  /** Where 95% of the vehicles are kept. */
  readonly at95: Omit<Strangers, "predictions">;
  /** In the application. */
  readonly routed: number;
}

interface Row {
  readonly background: number;
  /** By whose threshold. */
  readonly of: string;
  readonly vehicles: { readonly correct: number; readonly total: number; readonly routed: number };
  readonly known: Passing;
  readonly unseen: Passing;
}

async function measure(
  file: string,
  config: Config,
  { known, unseen, count, seed }: Kinds & { count: number; seed: number },
): Promise<{ rows: Row[]; seconds: number } | undefined> {
  const { application, dataset } = config;
  const { classes } = dataset;
  const counts = { train: count, test: Infinity };
  const [ofKnown, ofUnseen] = [
    await pickBackground(file, [...classes, ...unseen], { counts, seed }),
    await pickBackground(file, [...classes, ...known], { counts, seed }),
  ];
  if (ofKnown.test.size === 0 || ofUnseen.test.size === 0) return undefined;
  const test = new Set([...ofKnown.test, ...ofUnseen.test]);
  const source = await openArchive(file, classes, { train: ofKnown.train, test });
  const train: Sample[] = [];
  const shown: { readonly picture: Uint8Array; readonly of: Picture }[] = [];
  for await (const of of source()) {
    const picture = await decodePicture(await of.png());
    const isHeld = of.label < classes.length && of.id % FOLDS === 0;
    if (of.split === "test" || isHeld) shown.push({ picture, of });
    else train.push({ label: of.label, picture });
  }
  const all = count > 0 ? [...classes, dataset.background.name] : classes;
  const { predictions, seconds } = await withClassifier(
    train,
    { ...config, dataset: { ...dataset, classes: all } },
    async (classifier, trained) => ({
      predictions: await classifier.predict(shown.map(({ picture }) => picture)),
      seconds: trained,
    }),
  );
  const isVehicle = ({ label }: Picture) => label < classes.length;
  const choose = (wanted: (of: Picture) => boolean): Prediction[] =>
    predictions.flatMap((probabilities, at) => {
      const of = shown[at]?.of;
      if (of === undefined || !wanted(of)) return [];
      return [{ key: String(of.id), label: of.label, probabilities }];
    });
  const isRouted = (each: Prediction) =>
    predictedClass(each.probabilities) < classes.length &&
    confidence(each) >= application.confidence;
  const rowOf = (name: string, split: Picture["split"]): Row => {
    const vehicles = choose((of) => isVehicle(of) && of.split === split);
    const passing = (places: ReadonlySet<number>): Passing => {
      const strangers = choose((of) => !isVehicle(of) && places.has(of.id));
      const scored = count > 0 ? [vehicles, strangers] : [vehicles, strangers].map(byConfidence);
      const { predictions: _, ...at95 } = measureStrangers(scored[0] ?? [], scored[1] ?? []);
      return { at95, routed: strangers.filter(isRouted).length };
    };
    return {
      background: count,
      of: name,
      vehicles: {
        correct: vehicles.filter(isCorrect).length,
        total: vehicles.length,
        routed: vehicles.filter(isRouted).length,
      },
      known: passing(ofKnown.test),
      unseen: passing(ofUnseen.test),
    };
  };
  return { rows: [rowOf("held out", "train"), rowOf("test", "test")], seconds };
}

/** A model that knows vehicles only has nothing but its confidence to tell strangers by. */
function byConfidence(predictions: readonly Prediction[]): Prediction[] {
  return predictions.map((each) => ({
    key: each.key,
    label: each.label,
    probabilities: [confidence(each), 1 - confidence(each)],
  }));
}

const share = (part: number, whole: number) => `${percent(part / whole)} (${part}/${whole})`;

function show(rows: readonly Row[], threshold: number): string {
  return table(
    [
      "background",
      "vehicles",
      "right",
      "known kinds pass",
      "unseen kinds pass",
      `at ${threshold}: vehicles kept`,
      "known kinds routed",
      "unseen kinds routed",
    ],
    rows.map(({ background, of, vehicles, known, unseen }) => [
      String(background),
      of,
      share(vehicles.correct, vehicles.total),
      share(known.at95.passed, known.at95.total),
      share(unseen.at95.passed, unseen.at95.total),
      share(vehicles.routed, vehicles.total),
      share(known.routed, known.at95.total),
      share(unseen.routed, unseen.at95.total),
    ]),
    [2, 3, 4, 5, 6, 7],
  );
}
