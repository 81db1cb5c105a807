import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { lastWords, startContainer } from "../../../local/sagemaker/container.ts";
import { until } from "./fixture.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "container-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function script(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("a container sees its own environment, and none of the caller's", async () => {
  const file = await script("env.ts", "console.log(JSON.stringify(process.env))");
  const lines: string[] = [];
  const container = startContainer(file, [], { EPOCHS: "3" }, (line) => lines.push(line));
  expect(await container.ended).toBe(0);
  const seen = JSON.parse(lines[0] ?? "") as Record<string, string>;
  expect(Object.keys(seen).toSorted()).toEqual(["EPOCHS", "HOME", "PATH", "TMPDIR"]);
});

test("a container that ignores SIGTERM is killed two seconds later", async () => {
  const file = await script(
    "deaf.ts",
    "process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000); console.log('up')",
  );
  const up = Promise.withResolvers<void>();
  const container = startContainer(file, [], {}, () => up.resolve());
  await up.promise;
  await container.stop();
  expect(await container.ended).toBeNull();
  expect(container.log).toEqual(["up", "no"]);
});

test("a container does not outlive the local SageMaker, even when that is killed", async () => {
  const hang = await script("hang.ts", "console.log(process.pid); setInterval(() => {}, 1000)");
  const module = new URL("../../../local/sagemaker/container.ts", import.meta.url).href;
  const parent = await script(
    "parent.ts",
    `import { startContainer } from ${JSON.stringify(module)};
     startContainer(${JSON.stringify(hang)}, [], {}, (line) => console.log(line));`,
  );
  const child = spawn(process.execPath, [parent], { stdio: ["ignore", "pipe", "inherit"] });
  const [output] = (await once(child.stdout, "data")) as [Buffer];
  const pid = Number(output.toString());
  expect(isRunning(pid)).toBe(true);
  child.kill("SIGKILL");
  await until(async () => !isRunning(pid));
});

test("the last words of a log are its last error, or else its last line", () => {
  const log = ["Epoch[0]", "Error: no memory", "    at train.ts:3", "", "Node.js v24"];
  expect(lastWords(log)).toBe("Error: no memory");
  expect(lastWords(["one", "two"])).toBe("two");
  expect(lastWords([])).toBe("it said nothing");
});
