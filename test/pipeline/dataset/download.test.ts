import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { cacheDirectory, cifarArchive } from "../../../pipeline/dataset/cifar-100.ts";
import { DownloadError, download } from "../../../pipeline/dataset/download.ts";

const content = Buffer.alloc(3_000_000, "scones");
const md5 = createHash("md5").update(content).digest("hex");
const { signal } = new AbortController();

let folder = "";
let server: Server;
let answer: RequestListener;
let requests = 0;
const counts: string[] = [];
const progress = {
  line: () => {},
  count: (done: number, total: number, unit: string) => counts.push(`${done} of ${total} ${unit}`),
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scones-test-"));
  requests = 0;
  answer = (_request, response) =>
    response.setHeader("content-length", content.length).end(content);
  server = createServer((request, response) => {
    requests++;
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** Also of a server that has closed. */
let port = 0;
const url = () => `http://127.0.0.1:${port}/cifar.tar.gz`;

function options() {
  const file = join(folder, "cache", "cifar.tar.gz");
  return { url: url(), md5, file, progress, signal };
}

async function failure(changes: Partial<Parameters<typeof download>[0]> = {}): Promise<string> {
  const error: unknown = await download({ ...options(), ...changes }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(DownloadError);
  expect(await readdir(join(folder, "cache"))).toEqual([]);
  return (error as Error).message;
}

test("a file is downloaded whole, with progress", async () => {
  await download(options());
  expect(content.equals(await readFile(options().file))).toBe(true);
  expect(await readdir(join(folder, "cache"))).toEqual(["cifar.tar.gz"]);
  expect(counts.at(-1)).toBe("3 of 3 MB");
});

test("a file whose checksum differs is not kept", async () => {
  expect(await failure({ md5: "0".repeat(32) })).toContain(`its MD5 is ${md5}, not 000`);
});

test("an answer that is not 200 is a DownloadError", async () => {
  answer = (_request, response) => response.writeHead(503).end("later");
  expect(await failure()).toContain("the answer was 503 Service Unavailable");
});

test("no server is a DownloadError", async () => {
  await new Promise((resolve) => server.close(resolve));
  expect(await failure()).toContain("ECONNREFUSED");
});

test("a server that does not answer is given up", async () => {
  answer = () => {};
  expect(await failure({ connectTimeoutMs: 300 })).toContain("no answer in 0.3 s");
});

test("a stream that stalls is given up", async () => {
  answer = (_request, response) => response.write(content.subarray(0, 1000));
  expect(await failure({ stallTimeoutMs: 300 })).toContain("nothing came for 0.3 s");
});

test("a stream that is cut off is a DownloadError", async () => {
  answer = (_request, response) => {
    response.setHeader("content-length", content.length);
    response.write(content.subarray(0, 1000), () => response.destroy());
  };
  expect(await failure()).toContain(url());
});

test("where nothing can be written there is a DownloadError", async () => {
  await writeFile(join(folder, "file"), "");
  const file = join(folder, "file", "cifar.tar.gz");
  await expect(download({ ...options(), file })).rejects.toThrow(DownloadError);
});

test("an abort is no DownloadError and leaves nothing", async () => {
  const stop = new AbortController();
  answer = (_request, response) => {
    response.write(content.subarray(0, 1000));
    setTimeout(() => stop.abort(new Error("Ctrl-C")), 50);
  };
  await expect(download({ ...options(), signal: stop.signal })).rejects.toThrow("Ctrl-C");
  expect(await readdir(join(folder, "cache"))).toEqual([]);
});

test("CIFAR-100 is downloaded once, and again where the cached file is not whole", async () => {
  const cache = { progress, signal, cacheDir: folder, origin: { url: url(), md5 } };
  const file = await cifarArchive(cache);
  expect(await cifarArchive(cache)).toBe(file);
  expect(requests).toBe(1);
  await writeFile(file, content.subarray(0, 1000));
  await cifarArchive(cache);
  expect(requests).toBe(2);
  expect(content.equals(await readFile(file))).toBe(true);
});

test("the cache is where SCONES_CACHE or XDG_CACHE_HOME say, else under the home folder", () => {
  expect(cacheDirectory({ SCONES_CACHE: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a");
  expect(cacheDirectory({ XDG_CACHE_HOME: "/b" })).toBe("/b/scones");
  expect(cacheDirectory({})).toMatch(/\.cache.scones$/);
});
