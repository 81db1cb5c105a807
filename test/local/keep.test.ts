import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { Display } from "../../console/display.ts";
import { keepUp } from "../../local/keep.ts";

test("the lines for another shell lead its tools to the local AWS, whatever profile it has set", async () => {
  let printed = "";
  const display = new Display({ write: (text: string) => (printed += text) });
  const environment = { AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_SESSION_TOKEN: "a+b/c=" };
  const page = { url: "http://127.0.0.1:2/" };
  await keepUp(
    { environment },
    page,
    { opened: "my pictures", config: "pets.yaml" },
    display,
    AbortSignal.abort(),
  );
  expect(printed).toContain(
    "npm run traffic -- --environment local --config pets.yaml --dataset 'my pictures'\n",
  );
  const lines = printed.split("\n").filter((line) => /^(export|unset) /.test(line));
  const shell = { PATH: process.env["PATH"], AWS_PROFILE: "mine", AWS_SESSION_TOKEN: "old" };
  const { stdout } = await promisify(execFile)("sh", ["-c", [...lines, "env"].join("\n")], {
    env: shell,
  });
  const found = stdout.split("\n").filter((line) => line.startsWith("AWS_"));
  expect(found.toSorted()).toEqual(
    Object.entries(environment).map(([name, value]) => `${name}=${value}`),
  );
});
