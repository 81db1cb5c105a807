import { lstat, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { ensureGoTool } from "../../local/go-tool.ts";

let root: string;
const tool = { module: "example.org/hammer/cmd/hammer", version: "v1.2.3", name: "hammer" };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "scones-go-tool-"));
});

afterEach(async () => rm(root, { recursive: true, force: true }));

/** A `go` whose `install` does what the shell lines say. */
async function goThat(installs: string): Promise<string> {
  const file = join(root, "go");
  const script = `#!/bin/sh
if [ "$1" = version ]; then echo go version go1.26.8 linux/amd64; exit; fi
${installs}
`;
  await writeFile(file, script, { mode: 0o755 });
  return file;
}

test("of two at the same time one builds it and the other waits; a third finds it built", async () => {
  const go = await goThat('sleep 0.5; echo "$2" > "$GOBIN/hammer"');
  const lines: string[] = [];
  const options = { root, go, log: (line: string) => lines.push(line) };
  const binary = join(root, ".tools", "hammer-v1.2.3", "hammer");
  const built = await Promise.all([ensureGoTool(tool, options), ensureGoTool(tool, options)]);
  expect(built).toEqual([binary, binary]);
  expect(lines.filter((line) => line.startsWith("making "))).toHaveLength(1);
  expect(lines).toContain(`another run (process ${process.pid}) is making hammer: waiting for it`);
  lines.length = 0;
  await expect(ensureGoTool(tool, options)).resolves.toBe(binary);
  expect(lines).toEqual([]);
  await expect(readdir(join(root, ".tools"))).resolves.toEqual(["hammer-v1.2.3"]);
});

test("another version is built beside it", async () => {
  const go = await goThat('echo > "$GOBIN/hammer"');
  const options = { root, go, log: () => undefined };
  await ensureGoTool(tool, options);
  await ensureGoTool({ ...tool, version: "v2.0.0" }, options);
  await expect(readdir(join(root, ".tools"))).resolves.toEqual(["hammer-v1.2.3", "hammer-v2.0.0"]);
});

test("without Go there is no binary, and a line says so", async () => {
  const lines: string[] = [];
  const options = { root, go: "no-such-go", log: (line: string) => lines.push(line) };
  await expect(ensureGoTool(tool, options)).resolves.toBeUndefined();
  expect(lines).toEqual([
    "hammer v1.2.3 is not here and no-such-go is not installed: what needs it is left out",
  ]);
});

test("a build that fails says Go's words, leaves nothing, and the next one starts anew", async () => {
  const go = await goThat('echo half > "$GOBIN/hammer"; echo dial tcp: no route >&2; exit 1');
  const options = { root, go, log: () => undefined };
  await expect(ensureGoTool(tool, options)).rejects.toThrow(
    /^go install example\.org\/hammer\/cmd\/hammer@v1\.2\.3 failed\. [^]*dial tcp: no route/,
  );
  await expect(readdir(join(root, ".tools"))).resolves.toEqual([]);
  await goThat('echo > "$GOBIN/hammer"');
  await expect(ensureGoTool(tool, options)).resolves.toMatch(/hammer$/);
});

test("a lock of a process that is gone is taken over", async () => {
  const go = await goThat('echo > "$GOBIN/hammer"');
  await ensureGoTool({ ...tool, version: "v0.0.1" }, { root, go, log: () => undefined });
  const lock = join(root, ".tools", "hammer-v1.2.3.lock");
  await symlink("999999999", lock);
  await ensureGoTool(tool, { root, go, log: () => undefined });
  await expect(lstat(lock)).rejects.toThrow("ENOENT");
});
