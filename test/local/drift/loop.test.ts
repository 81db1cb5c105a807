import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Display } from "../../../console/display.ts";
import { loopRecord } from "../../../local/drift/loop-record.ts";
import { closeLoop, type MadeLoop } from "../../../local/drift/loop.ts";
import type { Visitor } from "../../../local/drift/visitors.ts";
import type { Made } from "../../../local/pipeline.ts";
import { loopStepNames, StepLog } from "../../../local/steps.ts";
import { loadConfig } from "../../../pipeline/config.ts";
import { random } from "../../../pipeline/dataset/random.ts";
import { type Picture, type Source, survey } from "../../../pipeline/dataset/source.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";
import { openStand, type Stand } from "../../actions/stand.ts";

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

type Shades = Readonly<Record<string, readonly [low: number, high: number]>>;

/** Told apart by the algorithm, which takes red for a bicycle and its share for the probability. */
const daylight: Shades = { bicycle: [200, 250], motorcycle: [5, 55] };
/** Neither as bright nor as dark as any test picture, and told apart all the same. */
const dusk: Shades = { bicycle: [150, 190], motorcycle: [65, 105] };

/** Noisy pictures of 8 x 8 pixels, each class in shades of its own by turns; the same for the same seed. */
function pictures(count: number, shades: Shades, seed: number) {
  const next = random(seed);
  const kinds = Object.entries(shades);
  return Array.from({ length: count }, (_, at) => {
    const label = at % kinds.length;
    const [name = "", [low, high] = [0, 0]] = kinds[label] ?? [];
    const shade = low + (high - low) * next();
    const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, () => shade + 10 * (next() - 0.5));
    pixels[0] = shade;
    return { name, label, png: encodePng(pixels, 8, 8) };
  });
}

const visitors = (...args: Parameters<typeof pictures>): Visitor[] =>
  pictures(...args).map(({ name, png }) => ({ class: name, picture: async () => png }));

/** Thirty training and forty test pictures. */
function openShades(classes: readonly string[]): Promise<Source> {
  const all = pictures(70, daylight, 1).map(({ label, png }, id): Picture => ({
    split: id < 30 ? "train" : "test",
    label,
    id,
    content: png,
    png: () => png,
  }));
  const { signal } = new AbortController();
  return survey(
    "shades",
    classes,
    async function* stream() {
      yield* all;
    },
    signal,
  );
}

test("drift is found, learnt and gone: the retrained model's traffic is compared with what was labelled", async () => {
  const { aws, workspace } = stand;
  const config = await loadConfig(join(workspace, "pipeline.yaml"), [
    { path: ["environment"], value: "loop", from: "the test" },
    { path: ["monitoring", "minRecords"], value: 20, from: "the test" },
  ]);
  const said: string[] = [];
  const display = new Display({ write: (text: string) => said.push(text) });
  const context = {
    clients: aws.clients,
    progress: display,
    signal: new AbortController().signal,
  };
  const source = await openShades(config.dataset.classes);
  const log = new StepLog(display, loopStepNames);
  const made: Made = {};
  const loop: MadeLoop = { reports: [] };
  await closeLoop(
    context,
    config,
    {
      aws,
      source,
      run: "loop",
      log,
      out: workspace,
      say: (text) => said.push(text),
      visitors: {
        daylight: visitors(40, daylight, 2),
        dark: visitors(240, dusk, 3),
        later: visitors(40, dusk, 4),
      },
    },
    made,
    loop,
  );
  const record = loopRecord(loop);
  expect(record).toMatchObject({
    daylight: { verdict: "no drift", records: 40 },
    drift: { verdict: "drift" },
    labels: 240,
    dataset: { train: expect.any(Number), captured: { train: expect.any(Number) } },
    gate: { approved: true },
    later: { verdict: "no drift", records: 40 },
  });
  const { train = 0, validation = 0, test: tests = 0 } = record.dataset?.captured ?? {};
  expect(train + validation + tests).toBe(240);
  expect(record.captured).toEqual({ total: tests, correct: tests, before: tests });
  expect(record.drift?.records).toBeLessThanOrEqual(60);
  const { endpoint } = loop.retrained ?? {};
  expect(endpoint?.endpointConfigName).not.toBe(made.endpoint?.endpointConfigName);
  expect(log.records.map(({ name }) => name)).toEqual(loopStepNames.slice(0, -1));
  for (const folder of record.reports) {
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining([
        "constraint_violations.json",
        "report.html",
        "report.json",
        "statistics.json",
      ]),
    );
  }
  expect(record.reports).toHaveLength(3);
  expect(said.join("")).toContain("[9/19] find-drift");
}, 600_000);
