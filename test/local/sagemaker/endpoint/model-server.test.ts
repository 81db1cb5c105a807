import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { startModelServer } from "../../../../local/sagemaker/endpoint/model-server.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scones-model-server-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Starts a container that runs this code. */
function start(code: string, signal: AbortSignal) {
  return writeFile(join(folder, "serve.ts"), code).then(() =>
    startModelServer(folder, { modelDir: folder, environment: {}, log: undefined }, signal),
  );
}

test("a container that takes the health check and never answers is given up on abort", async () => {
  const silent = `
import { createServer } from "node:http";
const server = createServer(() => undefined).listen(0, "127.0.0.1", () =>
  console.log(JSON.stringify({ port: server.address().port })));`;
  const signal = AbortSignal.timeout(2000);
  await expect(start(silent, signal)).rejects.toThrow(/abort/i);
});

test("a container that ends before it answers is told by its last error", async () => {
  const broken = `throw new TypeError("no model.json");`;
  const { signal } = new AbortController();
  await expect(start(broken, signal)).rejects.toThrow(
    "the container ended: TypeError: no model.json",
  );
});
