import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pMap from "p-map";
import { emptyPrefix } from "../../../pipeline/teardown/empty-prefix.ts";
import { objectVersions, unfinishedUploads } from "../../../pipeline/teardown/object-versions.ts";
import { openStand, type Stand } from "../stand.ts";

const Bucket = "versioned";
let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
  const { s3 } = stand.context.clients;
  await s3.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const put = (Key: string) =>
  stand.context.clients.s3.send(new PutObjectCommand({ Bucket, Key, Body: "a" }));

/** Every version, marker and unfinished upload under a prefix. */
async function leftUnder(prefix: string): Promise<string[]> {
  const versions = await Array.fromAsync(objectVersions(stand.context, Bucket, prefix));
  const uploads = await Array.fromAsync(unfinishedUploads(stand.context, Bucket, prefix));
  return [...versions.flat(), ...uploads.flat()].map(({ key }) => key);
}

test("versions, markers and unfinished uploads go, over more than a page, and the neighbours stay", async () => {
  const { s3 } = stand.context.clients;
  const keys = Array.from({ length: 335 }, (_, at) => `a/${at}`);
  for (let version = 0; version < 3; version++) await pMap(keys, put, { concurrency: 16 });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "a/0" }));
  await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "a/upload" }));
  await put("a-2/0");
  expect(await leftUnder("a/")).toHaveLength(3 * 335 + 2);
  expect(await emptyPrefix(stand.context, Bucket, "a/")).toBe(3 * 335 + 2);
  expect(await leftUnder("a")).toEqual(["a-2/0"]);
});

test("what is spared stays, and its former versions go", async () => {
  for (const key of ["b/report.json", "b/report.json", "b/picture.png"]) await put(key);
  const gone = await emptyPrefix(
    stand.context,
    Bucket,
    "b/",
    ({ key, current }) => current && key.endsWith(".json"),
  );
  expect({ gone, left: await leftUnder("b/") }).toEqual({ gone: 2, left: ["b/report.json"] });
});

test("what arrives while it is at work goes too", async () => {
  await put("c/0");
  const { s3 } = stand.context.clients;
  let late = false;
  s3.middlewareStack.add(
    (next, { commandName }) =>
      async (request) => {
        const answer = await next(request);
        if (commandName === "DeleteObjectsCommand" && !late) {
          late = true;
          await put("c/late");
        }
        return answer;
      },
    { step: "initialize", name: "late" },
  );
  const gone = await emptyPrefix(stand.context, Bucket, "c/");
  s3.middlewareStack.remove("late");
  expect({ gone, left: await leftUnder("c/") }).toEqual({ gone: 2, left: [] });
});

test("what S3 has no time for is asked again, and what it refuses fails with its reason", async () => {
  const { s3 } = stand.context.clients;
  const answers = (Code: string, times: number) => {
    let left = times;
    s3.middlewareStack.add(
      (next, { commandName }) =>
        async (request) => {
          if (commandName !== "DeleteObjectsCommand" || left-- <= 0) return next(request);
          const output = { Errors: [{ Key: "d/0", Code, Message: "try again" }] };
          return { response: undefined, output: output as never };
        },
      { step: "initialize", name: "busy" },
    );
  };
  await put("d/0");
  answers("SlowDown", 2);
  await emptyPrefix(stand.context, Bucket, "d/");
  s3.middlewareStack.remove("busy");
  expect(await leftUnder("d/")).toEqual([]);
  await put("d/0");
  answers("AccessDenied", 1);
  await expect(emptyPrefix(stand.context, Bucket, "d/")).rejects.toThrow(
    "1 objects under s3://versioned/d/ were not deleted, the first d/0: AccessDenied try again.",
  );
  s3.middlewareStack.remove("busy");
  answers("SlowDown", 1000);
  await expect(emptyPrefix(stand.context, Bucket, "d/")).rejects.toThrow(
    /is not empty after 20 looks, though 0 objects were deleted: somebody goes on writing/,
  );
  s3.middlewareStack.remove("busy");
});
