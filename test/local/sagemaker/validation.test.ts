import { expect, test } from "@jest/globals";
import { type ApiModel, shapeOf } from "../../../local/sagemaker/api-model.ts";
import { patternOf, validationMessage, violations } from "../../../local/sagemaker/validation.ts";
import { loadModels, operations } from "./conformance.ts";

const model: ApiModel = {
  metadata: {},
  operations: {},
  shapes: {
    Request: {
      type: "structure",
      required: ["Name"],
      members: {
        Name: { shape: "Name" },
        Count: { shape: "Count" },
        Kind: { shape: "Kind" },
        Tags: { shape: "Tags" },
        Settings: { shape: "Settings" },
        When: { shape: "When" },
      },
    },
    Name: { type: "string", min: 1, max: 5, pattern: "[a-z]+" },
    Count: { type: "integer", min: 1, max: 3 },
    Kind: { type: "string", enum: ["On", "Off"] },
    Tags: { type: "list", member: { shape: "Request" }, max: 2 },
    Settings: { type: "map", key: { shape: "Name" }, value: { shape: "Name" } },
    When: { type: "timestamp" },
  },
};

const of = (value: unknown) => violations(model, "Request", value);

test("a request that holds breaks nothing", () => {
  const whole = { Name: "a", Count: 3, Kind: "On", Tags: [{ Name: "b" }], Settings: { c: "d" } };
  expect(of({ ...whole, When: 1_700_000_000.5 })).toEqual([]);
  expect(of({ Name: "a", Count: null })).toEqual([]);
});

const broken: [object, string][] = [
  [{}, "Value null at 'name' failed to satisfy constraint: Member must not be null"],
  [
    { Name: "" },
    "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    { Name: "abcdef" },
    "Value 'abcdef' at 'name' failed to satisfy constraint: Member must have length less than or equal to 5",
  ],
  [
    { Name: "A" },
    "Value 'A' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
  ],
  [
    { Name: "a", Count: 4 },
    "Value '4' at 'count' failed to satisfy constraint: Member must have value less than or equal to 3",
  ],
  [
    { Name: "a", Count: 1.5 },
    "Value '1.5' at 'count' failed to satisfy constraint: Member must be of type integer",
  ],
  [
    { Name: "a", Kind: "on" },
    "Value 'on' at 'kind' failed to satisfy constraint: Member must satisfy enum value set: [On, Off]",
  ],
  [
    { Name: "a", Tags: [{ Name: "b" }, {}] },
    "Value null at 'tags.2.member.name' failed to satisfy constraint: Member must not be null",
  ],
  [
    { Name: "a", Settings: { c: "D" } },
    "Value 'D' at 'settings.c.value' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
  ],
  [
    { Name: "a", Nmae: "b" },
    "Value 'b' at 'nmae' failed to satisfy constraint: Member is not known to the API",
  ],
];

test.each(broken)("%j is refused with its place and the constraint", (value, message) => {
  expect(of(value).filter((found) => found === message)).toEqual([message]);
});

test("several violations are counted and joined as AWS joins them", () => {
  expect(validationMessage(of({ Name: "A", Count: 0 }))).toMatch(
    /^2 validation errors detected: Value 'A' at 'name' [^;]+; Value '0' at 'count' [^;]+$/,
  );
});

test("Java's patterns mean the same here", () => {
  expect(patternOf("([\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]*)${1,128}").test("Größe 1")).toBe(true);
  expect(patternOf("\\p{Print}+").test("invocations")).toBe(true);
  expect(patternOf("\\A\\S[\\p{Print}]*\\z").test("order 7\n")).toBe(false);
  expect(patternOf("arn:[\\p{Alnum}\\-]+").test("arn:aws-cn")).toBe(true);
});

test("every pattern of the local SageMaker's requests can be checked", async () => {
  const unchecked: string[] = [];
  for (const api of Object.values(await loadModels())) {
    const seen = new Set<string>();
    for (const operation of operations) walk(api, api.operations[operation]?.input?.shape, seen);
    for (const name of seen) {
      const { pattern } = shapeOf(api, name);
      if (pattern === undefined) continue;
      try {
        patternOf(pattern);
      } catch {
        unchecked.push(`${name}: ${pattern}`);
      }
    }
  }
  expect(unchecked).toEqual([]);
});

/** Collects the shapes that a shape is made of. */
function walk(api: ApiModel, name: string | undefined, seen: Set<string>): void {
  if (name === undefined || seen.has(name)) return;
  seen.add(name);
  const { members = {}, member, key, value } = shapeOf(api, name);
  const parts = [...Object.values(members), member, key, value];
  for (const part of parts) walk(api, part?.shape, seen);
}
