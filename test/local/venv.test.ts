import { access, lstat, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { apiModelsOf, ensureVenv } from "../../local/venv.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "scones-venv-"));
  await writeFile(join(root, "requirements.txt"), "# nothing to install\n");
});

afterEach(async () => rm(root, { recursive: true, force: true }));

/** A python3 that makes a venv of nothing in no time, in which pip has nothing to do. */
async function quickPython(): Promise<string> {
  const file = join(root, "python3");
  const script = `#!/bin/sh
case "$1 $2" in
  -c*) echo True True 3.14.0 ;;
  "-m venv") sleep 0.5; mkdir -p "$4/bin"; printf '#!/bin/sh' > "$4/bin/python"; chmod +x "$4/bin/python" ;;
esac
`;
  await writeFile(file, script, { mode: 0o755 });
  return file;
}

test("of two at the same time one makes it and the other waits; a third finds it made", async () => {
  const options = { root, python: await quickPython() };
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const made = await Promise.all([ensureVenv(log, options), ensureVenv(log, options)]);
  expect(made).toEqual([join(root, ".venv"), join(root, ".venv")]);
  expect(lines.filter((line) => line.startsWith("making "))).toHaveLength(1);
  expect(lines).toContain(`another run (process ${process.pid}) is making .venv: waiting for it`);
  lines.length = 0;
  await ensureVenv(log, options);
  expect(lines).toEqual([]);
});

test("changed requirements and a lock of a process that is gone: it is made anew", async () => {
  const options = { root, python: await quickPython() };
  await ensureVenv(() => undefined, options);
  await writeFile(join(root, "requirements.txt"), "# changed\n");
  await symlink("999999999", join(root, ".venv.lock"));
  const lines: string[] = [];
  await ensureVenv((line) => lines.push(line), options);
  expect(lines[0]).toMatch(/^making /);
  await expect(lstat(join(root, ".venv.lock"))).rejects.toThrow("ENOENT");
});

test.each([
  ["absent", undefined, /does not run: the local AWS needs Python 3\.10 or newer\. .*python3-venv/],
  ["too old", "False True 3.9.2", /is Python 3\.9\.2: the local AWS needs 3\.10 or newer/],
  ["without venv", "True False 3.11.2", /\(3\.11\.2\) lacks its venv module\. .*python3-venv/],
])("a python3 that is %s is a clear error", async (_what, answer, words) => {
  const python = join(root, "python3");
  if (answer !== undefined) {
    await writeFile(python, `#!/bin/sh\necho ${answer}\n`, { mode: 0o755 });
  }
  const making = ensureVenv(() => undefined, { root, python });
  await expect(making).rejects.toThrow(words);
  await expect(making).rejects.toMatchObject({ name: "UsageError" });
});

test("an index that can't be reached fails with pip's words, and the next run starts anew", async () => {
  await writeFile(
    join(root, "requirements.txt"),
    "--index-url http://127.0.0.1:9/simple\nministack==1.5.33\n",
  );
  await expect(ensureVenv(() => undefined, { root })).rejects.toThrow(
    /pip install ended with 1\. The Python package index cannot be reached[^]*ministack/,
  );
  await expect(readFile(join(root, ".venv", "requirements.sha256"))).rejects.toThrow("ENOENT");
  await expect(lstat(join(root, ".venv.lock"))).rejects.toThrow("ENOENT");
}, 300_000);

test("the project's own holds AWS's API models", async () => {
  const models = await apiModelsOf(await ensureVenv(() => undefined));
  await expect(access(join(models, "sagemaker"))).resolves.toBeUndefined();
});
