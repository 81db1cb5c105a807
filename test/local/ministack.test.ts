import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startMinistack } from "../../local/ministack.ts";
import { ensureVenv } from "../../local/venv.ts";

let venv: string;
let workDir: string;

beforeAll(async () => {
  venv = await ensureVenv(() => undefined);
  workDir = await mkdtemp(join(tmpdir(), "scones-test-"));
});

afterAll(async () => rm(workDir, { recursive: true, force: true }));

test("two answer beside each other, and leave no port and no file when they end", async () => {
  const started = await Promise.all([
    startMinistack({ venv, workDir }),
    startMinistack({ venv, workDir, region: "eu-west-1" }),
  ]);
  const [first, second] = started;
  expect(first?.port).not.toBe(second?.port);
  expect(second?.environment).toMatchObject({
    AWS_ENDPOINT_URL: `http://127.0.0.1:${second?.port}`,
    AWS_REGION: "eu-west-1",
  });
  expect(await readdir(workDir)).toHaveLength(2);
  await Promise.all(started.map(async ({ stop }) => stop()));
  await first?.stop();
  expect(await readdir(workDir)).toEqual([]);
  expect(await isOpen(first?.port ?? 0)).toBe(false);
  expect(await isOpen(second?.port ?? 0)).toBe(false);
});

test("it ends with a parent that was killed", async () => {
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program()], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await firstLine(parent);
  expect(await isOpen(Number(port))).toBe(true);
  parent.kill("SIGKILL");
  await until(async () => !(await isOpen(Number(port))) && (await readdir(workDir)).length === 0);
});

test("a start that fails shows the log's tail and leaves nothing", async () => {
  const broken = join(workDir, "broken");
  await mkdir(join(broken, "bin"), { recursive: true });
  await writeFile(
    join(broken, "bin", "python"),
    "#!/bin/sh\necho no ministack here >&2\nexit 3\n",
    {
      mode: 0o755,
    },
  );
  await expect(startMinistack({ venv: broken, workDir })).rejects.toThrow(
    /ministack ended with 3 as it started\. Delete \.venv .*\nno ministack here/,
  );
  await expect(startMinistack({ venv: join(workDir, "absent"), workDir })).rejects.toThrow(
    /ENOENT/,
  );
  expect(await readdir(workDir)).toEqual(["broken"]);
  await rm(broken, { recursive: true });
  await expect(access(broken)).rejects.toThrow("ENOENT");
});

test("a start that takes too long is ended, and its log told", async () => {
  const slow = join(workDir, "slow");
  await mkdir(join(slow, "bin"), { recursive: true });
  await writeFile(
    join(slow, "bin", "python"),
    "#!/bin/sh\necho still loading >&2\nexec sleep 60\n",
    {
      mode: 0o755,
    },
  );
  await expect(startMinistack({ venv: slow, workDir, startTimeoutMs: 1000 })).rejects.toThrow(
    "ministack's start did not finish within 1 s. Its log ends:\nstill loading",
  );
  expect(await readdir(workDir)).toEqual(["slow"]);
  await rm(slow, { recursive: true });
});

function program(): string {
  const module = new URL("../../local/ministack.ts", import.meta.url).href;
  return `import { startMinistack } from ${JSON.stringify(module)};
const { port } = await startMinistack(${JSON.stringify({ venv, workDir })});
console.log(port);
setInterval(() => {}, 1000);`;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the child has no stdout");
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  return chunk.toString().trim();
}

async function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
      .on("connect", () => {
        socket.destroy();
        resolve(true);
      })
      .on("error", () => resolve(false));
  });
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error("it did not come true within 60 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
