import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import pMap from "p-map";
import { ensureVenv } from "../local/venv.ts";
import { linesOf } from "../pipeline/monitoring/capture.ts";
import { parseConfig } from "../pipeline/config.ts";
import { draw, render } from "../pipeline/dataset/drawing.ts";
import { random } from "../pipeline/dataset/random.ts";
import { makeBaseline } from "../pipeline/monitoring/baseline.ts";
import { pictureStatistics } from "../pipeline/monitoring/picture-statistics.ts";
import { readCaptures } from "../pipeline/monitoring/read-captures.ts";
import { windowDocument } from "../pipeline/monitoring/window-document.ts";
import { Window } from "../pipeline/monitoring/window.ts";
import { renderMonitoring } from "../report/monitoring/render-monitoring.ts";
import { messageOf } from "../pipeline/errors.ts";
import { median } from "./median.ts";
import { wholeNumber } from "./whole-number.ts";

export const usage = `usage: npm run bench -- monitor [--records 1000000] [--peer-records 200000]

Writes captures of drawn pictures to a file, and reads them as the monitor does, from the lines to the
report, with the peak of resident memory. Then, in turn, on a shorter file that a peer can hold in
memory: the monitor, JSON.parse of the lines alone, and pandas.read_json(lines=True), which has a .venv
of its own under bench/.`;

const config = parseConfig("");
const HOURS = 24;
const ROUNDS = 3;

/** Prints records a second of the monitor and of its peers, and the ratios. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      records: { type: "string", default: "1000000" },
      "peer-records": { type: "string", default: "200000" },
    },
  });
  const records = wholeNumber("records", values.records);
  const peerRecords = wholeNumber("peer-records", values["peer-records"]);
  const folder = await mkdtemp(join(tmpdir(), "scones-monitor-"));
  try {
    const pictures = await pMap(
      Array(200).keys(),
      (seed) => render(draw(seed % 2 === 0 ? "bicycle" : "motorcycle", seed)),
      { concurrency: 4 },
    );
    const whole = join(folder, "whole.jsonl");
    await measureWhole(whole, pictures, records);
    await rm(whole);
    const part = join(folder, "part.jsonl");
    await writeCaptures(part, pictures, peerRecords);
    await compare(part, pictures, peerRecords);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureWhole(file: string, pictures: readonly Buffer[], records: number) {
  await writeCaptures(file, pictures, records);
  const { size } = await stat(file);
  const seconds = await monitor(file, pictures, records, { rendered: true });
  console.log(
    `${records} records, ${(size / 2 ** 30).toFixed(1)} GiB: ${seconds.toFixed(1)} s, ` +
      `${Math.round(records / seconds)} records/s, at most ` +
      `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB resident`,
  );
}

async function compare(file: string, pictures: readonly Buffer[], records: number) {
  const python = await pandas();
  const peers: Record<string, () => Promise<number>> = {
    monitor: () => monitor(file, pictures, records),
    "JSON.parse": () => parse(file),
    ...(python !== undefined && { pandas: () => readJson(python, file) }),
  };
  const found: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, measure] of Object.entries(peers)) {
      (found[name] ??= []).push(await measure());
    }
  }
  const ours = median(found["monitor"] ?? []);
  for (const [name, seconds] of Object.entries(found)) {
    const theirs = median(seconds);
    const rate = Math.round(records / theirs);
    console.log(`${name.padEnd(12)}${rate} records/s, ratio ${(theirs / ours).toFixed(2)}`);
  }
}

/** Seconds from the lines to the verdict, and to the report where it is rendered. */
async function monitor(
  file: string,
  pictures: readonly Buffer[],
  records: number,
  { rendered = false } = {},
) {
  const looks = await Promise.all(pictures.map((png) => pictureStatistics(png, { side: 8 })));
  const predictions = pictures.map((_, at) => ({
    key: `${at}`,
    label: 0,
    probabilities: answerOf(at / pictures.length),
  }));
  const { classes } = config.dataset;
  const started = performance.now();
  const baseline = makeBaseline({ predictions, classes }, looks);
  const window = new Window(baseline, { threshold: 0.93 });
  const chunks = createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>;
  const read = await readCaptures(linesOf(chunks), window, { classes: classes.length });
  const document = windowDocument(window, read, {
    endpointName: "bench",
    limits: config.monitoring,
    evaluation: { classes, trainingJobName: "bench", datasetHash: "bench" },
    baseline,
  });
  if (rendered) await renderMonitoring({ ...document, deployments: [], latency: undefined });
  const seconds = (performance.now() - started) / 1000;
  if (window.records !== records) throw new Error(`${window.records} of ${records} were counted`);
  return seconds;
}

async function parse(file: string): Promise<number> {
  const started = performance.now();
  for await (const lines of linesOf(createReadStream(file) as AsyncIterable<Buffer>)) {
    for (const line of lines) JSON.parse(line.toString());
  }
  return (performance.now() - started) / 1000;
}

/** The interpreter that has pandas, or undefined where it can't be had. */
async function pandas(): Promise<string | undefined> {
  const root = fileURLToPath(new URL(".", import.meta.url));
  try {
    const venv = await ensureVenv(console.log, { root, holding: "pandas" });
    return join(venv, "bin", "python");
  } catch (error) {
    console.log(`without pandas: ${messageOf(error)}`);
    return undefined;
  }
}

async function readJson(python: string, file: string): Promise<number> {
  const script = [
    "import sys, time, pandas",
    "started = time.perf_counter()",
    "pandas.read_json(sys.argv[1], lines=True)",
    "print(time.perf_counter() - started)",
  ].join("\n");
  return Number((await promisify(execFile)(python, ["-c", script, file])).stdout);
}

/** Captures of the pictures in turn over a day, as data capture writes them. */
async function writeCaptures(file: string, pictures: readonly Buffer[], records: number) {
  const inputs = pictures.map((picture) => picture.toString("base64"));
  const next = random(1);
  const out = createWriteStream(file);
  for (let at = 0; at < records; at++) {
    const inferenceTime = new Date(((at * HOURS * 3600) / records) * 1000);
    const line = JSON.stringify({
      captureData: {
        endpointInput: {
          observedContentType: "application/x-image",
          mode: "INPUT",
          data: inputs[at % inputs.length],
          encoding: "BASE64",
        },
        endpointOutput: {
          observedContentType: "application/json",
          mode: "OUTPUT",
          data: JSON.stringify(answerOf(next())),
          encoding: "JSON",
        },
      },
      eventMetadata: {
        eventId: randomUUID(),
        inferenceTime: inferenceTime.toISOString().replace(/\.\d+Z$/, "Z"),
      },
      eventVersion: "0",
    });
    if (!out.write(`${line}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}

function answerOf(share: number): [number, number] {
  const sure = 1 - 0.4 * 10 ** (-4 * share);
  return share * 1000 - Math.floor(share * 1000) < 0.5 ? [sure, 1 - sure] : [1 - sure, sure];
}
