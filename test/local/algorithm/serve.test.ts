import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { saveModel } from "../../../local/algorithm/classifier.ts";
import { FEATURES } from "../../../local/algorithm/network.ts";
import { fold, pretrained } from "../../../local/algorithm/pretrained.ts";
import { asPng, drawSamples } from "./samples.ts";

const script = join(import.meta.dirname, "../../../local/algorithm/serve.ts");
const folder = await mkdtemp(join(tmpdir(), "scones-serve-"));
const [sample = { picture: new Uint8Array(), label: 0 }] = drawSamples(1, 2);
const png = await asPng(sample);
let child: ChildProcess;
let origin = "";

const row = (sign: number) => Array.from({ length: FEATURES }, (_, i) => (sign * (i % 7)) / 100);

beforeAll(async () => {
  const head = { weights: [row(1), row(-1)], bias: [0, 0] };
  await saveModel(folder, fold(await pretrained()), { head, training: {} });
  const server = spawn(process.execPath, [script, folder, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = server;
  for await (const line of createInterface(server.stdout)) {
    origin = `http://127.0.0.1:${JSON.parse(line).port}`;
    break;
  }
});
afterAll(async () => {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
  await rm(folder, { recursive: true });
});

const invoke = (body: Buffer | string, type: string, headers: Record<string, string> = {}) =>
  fetch(`${origin}/invocations`, {
    method: "POST",
    body: typeof body === "string" ? body : new Uint8Array(body),
    headers: { "Content-Type": type, ...headers },
  });

test("/ping answers 200", async () => {
  expect((await fetch(`${origin}/ping`)).status).toBe(200);
});

test.each(["image/png", "image/jpeg", "application/x-image"])(
  "%s gives a bare list of probabilities",
  async (type) => {
    const response = await invoke(png, type);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    const probabilities = JSON.parse(await response.text());
    expect(probabilities).toHaveLength(2);
    expect(probabilities[0] + probabilities[1]).toBeCloseTo(1);
  },
);

test("Accept: application/jsonlines gives an object with the prediction", async () => {
  const response = await invoke(png, "image/png", { Accept: "application/jsonlines" });
  const bare = JSON.parse(await (await invoke(png, "image/png")).text());
  expect(response.headers.get("content-type")).toBe("application/jsonlines");
  expect(JSON.parse(await response.text())).toEqual({ prediction: bare });
});

test.each([
  ["text/csv", png, 415, "content type 'text/csv' is not supported"],
  ["image/png", "hello", 400, "unable to evaluate payload provided"],
  ["image/png", "", 400, "unable to evaluate payload provided"],
  ["image/png", Buffer.alloc(6_291_457), 413, "the body is larger than 6291456 bytes"],
])("%s of %.5s is refused with %d", async (type, body, status, message) => {
  const response = await invoke(body, type);
  expect(response.status).toBe(status);
  expect(await response.text()).toContain(message);
});

test("an unknown path is 404, GET of /invocations 405", async () => {
  expect((await fetch(`${origin}/nothing`)).status).toBe(404);
  expect((await fetch(`${origin}/invocations`)).status).toBe(405);
});

test("many at once are all answered, each alike", async () => {
  const answers = await Promise.all(
    Array.from({ length: 32 }, async () => (await invoke(png, "image/png")).text()),
  );
  expect(new Set(answers).size).toBe(1);
});
