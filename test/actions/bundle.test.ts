import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type LocalAws, startLocalAws } from "../../local/aws.ts";
import { encodePng } from "../../pipeline/dataset/png.ts";
import { writeArchive } from "../pipeline/dataset/cifar-archive.ts";
import { runAction } from "./run-action.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

let folder: string;
let release: string;
let workspace: string;
let aws: LocalAws;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scones-bundle-test-"));
  release = join(folder, "release");
  workspace = join(folder, "workspace");
  await mkdir(workspace);
  await writeFile(join(workspace, "pipeline.yaml"), "environment: bundled\n");
  const bundle = ["actions/bundle.ts", "--out", release];
  await promisify(execFile)(process.execPath, bundle, { cwd: root });
  aws = await startLocalAws({
    region: "us-east-1",
    log: () => undefined,
    signal: new AbortController().signal,
  });
});

afterAll(async () => {
  await aws[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A bundled action in a workspace without node_modules, outside the repository. */
const run = (step: string, inputs: Parameters<typeof runAction>[1]) =>
  runAction(
    step,
    { bucket: aws.bucket, ...inputs },
    {
      workspace,
      environment: aws.environment,
      actions: pathToFileURL(join(release, "actions/")),
    },
  );

/** What lies beside the action that deploys it. */
const application = [
  "classify-api.zip",
  "classify-fleet.asl.json",
  "classify-image.zip",
  "classify.asl.json",
  "collect-results.zip",
  "filter-inferences.zip",
  "serialize-image.zip",
];

test("the release is a folder of two files for each action, the application beside one, and the licences of all of it", async () => {
  const steps = (await readdir(join(release, "actions"))).toSorted();
  const files = await readdir(join(root, "actions"), { recursive: true });
  expect(steps).toEqual(
    files
      .filter((file) => basename(file) === "action.yml")
      .map((file) => dirname(file))
      .toSorted(),
  );
  for (const step of steps) {
    const carried = step === "deploy-stack" ? application : [];
    expect(await readdir(join(release, "actions", step))).toEqual(
      ["action.yml", "index.mjs", ...carried].toSorted(),
    );
  }
  const licences = await readFile(join(release, "THIRD-PARTY-LICENSES.txt"), "utf8");
  const named = licences.split("\n").map((line) => line.split(" ")[0]);
  expect(named).toEqual(
    expect.arrayContaining([
      "@actions/core",
      "@aws-sdk/client-s3",
      "@aws-sdk/client-sagemaker-runtime",
      "sharp",
      expect.stringMatching(/^@img\/sharp-libvips-/),
    ]),
  );
  expect(await readFile(join(release, "LICENSE"), "utf8")).toContain("MIT License");
});

test("a bundled action names what is missing among its inputs", async () => {
  const { code, annotations } = await run("deploy-stack", {});
  expect(code).toBe(1);
  expect(annotations).toMatchObject([
    {
      level: "error",
      title: "deploy-stack failed",
      message: "Input endpoint-name is required and was not given.",
    },
  ]);
});

test("a bundled stage-data stages a CIFAR-100 archive", async () => {
  await writeArchive(join(workspace, "pictures.tar.gz"));
  const { code, outputs, annotations } = await run("stage-data", { dataset: "pictures.tar.gz" });
  expect([code, annotations]).toEqual([0, []]);
  expect(outputs).toMatchObject({ "train-count": "18", "validation-count": "2" });
});

test("a bundled stage-data asks for sharp where it needs it, and takes the workspace's", async () => {
  for (const [vehicle, shade] of Object.entries({ bicycle: 200, motorcycle: 50 })) {
    await mkdir(join(workspace, "pictures", vehicle), { recursive: true });
    for (let number = 0; number < 10; number++) {
      const picture = encodePng(new Uint8Array(8 * 8 * 3).fill(shade + number), 8, 8);
      await writeFile(join(workspace, "pictures", vehicle, `${number}.png`), picture);
    }
  }
  const without = await run("stage-data", { dataset: "pictures" });
  expect(without.code).toBe(1);
  expect(without.annotations[0]?.message).toContain("Run `npm install sharp` in a step before");
  await mkdir(join(workspace, "node_modules"));
  await symlink(join(root, "node_modules", "sharp"), join(workspace, "node_modules", "sharp"));
  const { code, annotations, outputs } = await run("stage-data", { dataset: "pictures" });
  await rm(join(workspace, "node_modules"), { recursive: true });
  expect([code, annotations, outputs["test-count"]]).toEqual([0, [], "4"]);
});

test("a bundled deploy-stack carries the application inside, and teardown takes it away", async () => {
  const deploy = () =>
    run("deploy-stack", {
      "endpoint-name": "scones-bundled",
      "cloudformation-role-arn": aws.cloudFormationRoleArn,
      "permissions-boundary-arn": aws.permissionsBoundaryArn,
    });
  const deployed = await deploy();
  expect([deployed.code, deployed.annotations.filter(({ level }) => level === "error")]).toEqual([
    0,
    [],
  ]);
  expect(deployed.outputs).toMatchObject({
    "stack-name": "scones-bundled-application",
    change: "created",
    "api-url": expect.stringMatching(/\/classify$/),
    "state-machine-arn": expect.stringMatching(/^arn:aws:states:.*:stateMachine:scones-bundled-/),
  });
  const planned = await run("teardown", { "dry-run": true });
  expect([planned.code, planned.outputs["deleted"]]).toEqual([0, "0"]);
  expect(planned.summary).toContain("scones-bundled-application");
  expect((await deploy()).outputs["change"]).toBe("unchanged");
  const gone = await run("teardown", {});
  expect([gone.code, gone.outputs["left"]]).toEqual([0, "0"]);
});
