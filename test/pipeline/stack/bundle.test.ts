import { inflateRawSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { bundleLambda, whileBundling } from "../../../pipeline/stack/bundle.ts";

/** Bytes of code at most, unpacked: what a Lambda has to read before it can answer. */
test.each([
  ["serialize-image", 600_000],
  ["classify-image", 320_000],
  ["filter-inferences", 4_000],
  ["collect-results", 470_000],
  ["classify-api", 320_000],
] as const)("%s is bundled to the same bytes every time, within %d bytes", async (name, limit) => {
  const [archive, again] = await Promise.all([bundleLambda(name), bundleLambda(name)]);
  expect(archive.equals(again)).toBe(true);
  const path = archive.subarray(30, 30 + archive.readUInt16LE(26)).toString();
  const code = inflateRawSync(archive.subarray(30 + path.length));
  expect(path).toBe("index.mjs");
  expect(code.toString()).toMatch(/export\s*\{.*handler\s*\}/);
  expect(code.length).toBeLessThan(limit);
});

test("who bundles beside another that ends first is answered", async () => {
  const archive = await whileBundling(async () => {
    const begun = bundleLambda("filter-inferences");
    await whileBundling(() => Promise.resolve());
    return begun;
  });
  expect(archive.length).toBeGreaterThan(0);
});
