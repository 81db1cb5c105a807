import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../pipeline/config.ts";
import { drawnStrangers } from "../../pipeline/dataset/drawn-strangers.ts";
import { openDrawn } from "../../pipeline/dataset/drawn.ts";
import { listObjects } from "../../pipeline/s3.ts";
import { deployStack } from "../../pipeline/steps/deploy-stack.ts";
import { type Application, findApplication } from "../../traffic/application.ts";
import { arrivals, type Kind, kinds } from "../../traffic/arrivals.ts";
import { sendFleet } from "../../traffic/fleet.ts";
import type { TrafficOutcome } from "../../traffic/outcome.ts";
import { makePool, type Pool } from "../../traffic/pictures.ts";
import { send } from "../../traffic/send.ts";
import { toEndpoint } from "../../traffic/targets.ts";
import { bucket, openStand, type Stand } from "../pipeline/stand.ts";
import { startTraffic } from "./command.ts";

const config = parseConfig("environment: test");
const { classes } = config.dataset;
const prefix = "scones/test/datasets/";
const load = arrivals({ rate: 8, seconds: 1, drift: 0.5, strangers: 0.2, seed: 3 });

let stand: Stand;
let application: Application;
let pool: Pool;

beforeAll(async () => {
  stand = await openStand();
  await deployStack(stand.context, config, {
    endpointName: "scones-test",
    bucket,
    pollIntervalMs: 100,
  });
  application = await findApplication(stand.context, config);
  const pictures = openDrawn(classes, 1, {
    perClass: { train: 2, test: 2 },
    background: { counts: { train: 2, test: 2 }, seed: 1 },
  });
  const counts = { train: [2, 2, 2], test: [2, 2, 2] };
  const source = {
    name: "drawn",
    classes: [...classes, "background"],
    background: "background",
    pictures,
    survey: { contentHash: "", counts },
  };
  pool = await makePool(source, { most: 4, strangersSeed: 1 });
});

afterAll(async () => stand[Symbol.asyncDispose]());

test("the pool has the dataset's test pictures of vehicles, and each of them drifted, and strangers", async () => {
  expect(pool.clear).toHaveLength(4);
  expect(pool.drifted).toHaveLength(4);
  expect(pool.drifted).not.toContainEqual(pool.clear[0]);
  expect(pool.stranger).toHaveLength(4);
  expect(pool.stranger).not.toEqual(await drawnStrangers(4, 1));
});

test("an application that is not there is named, and what to do", async () => {
  await expect(findApplication(stand.context, parseConfig("environment: other"))).rejects.toThrow(
    "There is no stack scones-other-application here. Deploy the application first",
  );
});

test("where CIFAR-100 can't be downloaded nothing is sent, and it is said what to name", async () => {
  const before = stand.asked.length;
  const noFolder = { SCONES_CACHE: import.meta.filename };
  const { exitCode, output } = await startTraffic(["--dataset", "cifar-100"], noFolder).ended;
  expect({ exitCode, output }).toMatchObject({ exitCode: 1 });
  expect(output).toMatch(
    /cifar-100 could not be downloaded: .* Nothing was sent\. .* --dataset drawn/,
  );
  expect(stand.asked).toHaveLength(before);
});

test("after Ctrl-C the table says what came back, and the staged pictures go", async () => {
  const before = stand.asked.length;
  const { child, ended } = startTraffic(["--dataset", "drawn", "--rate", "8", "--for", "1h"]);
  const deadline = Date.now() + 120_000;
  while (stand.asked.length < before + 4 && child.exitCode === null && Date.now() < deadline) {
    await sleep(50);
  }
  child.kill("SIGINT");
  const { exitCode, output } = await ended;
  expect({ exitCode, output }).toMatchObject({ exitCode: 130 });
  expect(output).toMatch(/^answered +\d+ +\d+ +\d+$/m);
  expect(await staged()).toEqual([]);
});

test("the endpoint's answers are judged as the application would", async () => {
  const { outcomes } = await send(
    stand.context,
    load,
    toEndpoint(stand.context, config, application, pool),
  );
  expect(outcomes).toHaveLength(load.length);
  for (const { vehicle, error } of outcomes) {
    expect(classes).toContain(vehicle);
    expect([undefined, "THRESHOLD_CONFIDENCE_NOT_MET"]).toContain(error);
  }
});

test("a fleet has every arrival's picture, the drifted ones known by their keys", async () => {
  const to = `${prefix}sent/`;
  const { outcomes, results } = await sendFleet(stand.context, application, to, pool, load);
  expect(results).toMatch(/results\.jsonl$/);
  expect(outcomes.length).toBe(load.length);
  for (const kind of kinds) expect(countOf(kind, outcomes)).toBe(countOf(kind, load));
  expect(outcomes.every(({ ms }) => ms === undefined)).toBe(true);
});

test("the command sends what its seed says, shows what came back and leaves nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "scones-traffic-"));
  try {
    const json = join(folder, "outcome.json");
    const where = ["--dataset", "drawn", "--json", json];
    const what = "--rate 8 --for 1s --drift 0.5 --strangers 0.2".split(" ");
    const { exitCode, output } = await startTraffic([...where, ...what]).ended;
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    const outcome = JSON.parse(await readFile(json, "utf8")) as TrafficOutcome;
    const sent = load.length;
    const counts = kinds.map((kind) => countOf(kind, load));
    expect(outcome).toMatchObject({ to: "state-machine", seed: 3, sent, notSent: 0, cut: 0 });
    expect(outcome.all).toMatchObject({ answered: sent, failed: 0 });
    expect(kinds.map((kind) => outcome.kinds[kind].answered)).toEqual(counts);
    expect(output).toMatch(new RegExp(`^answered +${sent} +${counts.join(" +")}$`, "m"));
    expect(output).toMatch(/^DRAWN pictures, not photographs$/m);
    expect(output).toMatch(/^latency p99 +\d+ ms/m);
  } finally {
    await rm(folder, { recursive: true });
  }
  expect(await staged()).toEqual([]);
});

/** What lies where the command stages. */
function staged() {
  return Array.fromAsync(listObjects(stand.context.clients.s3, bucket, `${prefix}traffic/`));
}

function countOf(wanted: Kind, all: readonly { readonly kind: Kind }[]): number {
  return all.filter(({ kind }) => kind === wanted).length;
}
