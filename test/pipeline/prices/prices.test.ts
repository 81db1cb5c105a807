import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import * as z from "zod";
import { costLine, hourlyCostLine, priceOf, storageCost } from "../../../pipeline/prices/prices.ts";

const gpu = { region: "us-east-1", instanceType: "ml.g4dn.xlarge", use: "training" } as const;

test("a price depends on the region, the type and the use", () => {
  expect(priceOf(gpu)).toBe(0.736);
  expect(priceOf({ ...gpu, region: "eu-west-1" })).toBe(0.822);
  expect(priceOf({ ...gpu, region: "eu-west-1", use: "hosting" })).toBe(0.821);
});

test.each([
  { ...gpu, region: "mars-1" },
  { ...gpu, instanceType: "ml.g9.xlarge" },
  { ...gpu, use: "transform" as const },
  { ...gpu, region: "constructor" },
  { ...gpu, instanceType: "toString" },
])("a price that no source gives is unknown: %j", (instance) => {
  expect(priceOf(instance)).toBeUndefined();
  expect(costLine({ ...instance, seconds: 10 })).toMatch(
    /^unknown \(no (training|transform) price/,
  );
});

test("a job costs its billed seconds at the list price", () => {
  expect(costLine({ ...gpu, seconds: 84 })).toBe(
    "$0.0172 (84 s on ml.g4dn.xlarge at $0.736/h, list price of 2026-09-25)",
  );
  expect(costLine({ ...gpu, seconds: 7200, instanceCount: 2 })).toBe(
    "$2.94 (7200 s on 2 x ml.g4dn.xlarge at $0.736/h, list price of 2026-09-25)",
  );
});

test("spot costs its billed seconds too, and says where the saving is", () => {
  expect(costLine({ ...gpu, seconds: 84, spot: true })).toBe(
    "$0.0172 (84 s on ml.g4dn.xlarge at $0.736/h, list price of 2026-09-25; " +
      "the spot saving is in the billed seconds, not in that price)",
  );
});

test("an endpoint costs by the hour and instance", () => {
  const endpoint = { region: "us-east-1", instanceType: "ml.m5.xlarge", instanceCount: 3 };
  expect(hourlyCostLine(endpoint)).toBe(
    "$0.69/h, $16.56 a day (3 x ml.m5.xlarge, list price of 2026-09-28)",
  );
  expect(hourlyCostLine({ ...endpoint, region: "mars-1" })).toMatch(/^unknown/);
});

test("what lies in S3 costs by the gigabyte and day", () => {
  expect(storageCost("us-east-1", 30 * 2 ** 30)).toBeCloseTo(0.023);
  expect(storageCost("us-east-1", 0)).toBe(0);
  expect(storageCost("mars-1", 1)).toBeUndefined();
});

test("every price names a source with an address and a date", async () => {
  const file = await readFile(
    new URL("../../../pipeline/prices/prices.json", import.meta.url),
    "utf8",
  );
  const { sources, storage, services, regions } = schema.parse(JSON.parse(file));
  const rows = Object.values(regions).flatMap((uses) => Object.values(uses));
  const used = [storage, ...Object.values(services), ...rows].flatMap((each) =>
    Object.values(each).map(({ source }) => source),
  );
  expect(new Set(used)).toEqual(new Set(Object.keys(sources)));
});

const region = z.string().regex(/^[a-z]{2}-[a-z]+-\d$/);
const price = z.strictObject({ usd: z.number().positive(), source: z.string() });
const schema = z.strictObject({
  note: z.string().regex(/may be outdated/),
  sources: z.record(
    z.string(),
    z.strictObject({ title: z.string(), address: z.url(), date: z.iso.date() }),
  ),
  storage: z.record(region, price),
  services: z.record(region, z.record(z.string(), price.extend({ per: z.int().positive() }))),
  regions: z.record(
    region,
    z.partialRecord(
      z.enum(["training", "hosting", "transform"]),
      z.record(z.string().startsWith("ml."), price),
    ),
  ),
});
