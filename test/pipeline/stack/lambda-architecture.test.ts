import { expect, test } from "@jest/globals";
import { architectureOf } from "../../../pipeline/stack/lambda-architecture.ts";

const local = { AWS_ENDPOINT_URL: "http://127.0.0.1:1" };

test.each([
  ["linux-x64", {}, "x86_64"],
  ["linux-arm64", {}, "arm64"],
  ["linux-x64", local, "x86_64"],
  ["darwin-arm64", local, "arm64"],
])("native code for %s under %j is deployed as %s", (platform, environment, architecture) => {
  expect(architectureOf(platform, environment)).toBe(architecture);
});

test.each(["darwin-arm64", "darwin-x64", "linuxmusl-x64"])(
  "AWS is not sent native code for %s, which Lambda could not load",
  (platform) => {
    expect(() => architectureOf(platform, {})).toThrow(
      `AWS Lambda cannot load ${platform}: it needs Linux with glibc. Deploy from the GitHub workflow`,
    );
  },
);
