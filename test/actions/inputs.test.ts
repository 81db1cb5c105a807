import { describe, expect, test } from "@jest/globals";
import {
  count,
  date,
  flag,
  kebab,
  list,
  map,
  optional,
  override,
  positive,
  readInputs,
  required,
  withDefault,
} from "../../actions/inputs.ts";

test.each([
  ["trainingJobName", "training-job-name"],
  ["p50Ms", "p50-ms"],
  ["config", "config"],
])("%s is %s in action.yml", (name, written) => {
  expect(kebab(name)).toBe(written);
});

describe("an input's text becomes a value", () => {
  test.each([
    [flag, "true", true],
    [flag, "FALSE", false],
    [positive, "0.5", 0.5],
    [count, "20", 20],
    [date, "2026-01-31T12:00:00Z", new Date(Date.UTC(2026, 0, 31, 12))],
    [date, "2026-01-31", new Date(Date.UTC(2026, 0, 31))],
    [list, "ml.g5.xlarge, ml.g4dn.xlarge", ["ml.g5.xlarge", "ml.g4dn.xlarge"]],
    [list, "\n  ml.g5.xlarge\n\n  ml.g4dn.xlarge,\n", ["ml.g5.xlarge", "ml.g4dn.xlarge"]],
    [list, ",", []],
    [map, "{ epochs: 20 }", { epochs: 20 }],
    [map, '{"epochs": 20, "resize": "256"}', { epochs: 20, resize: "256" }],
    [map, "epochs: 20\nresize: 256", { epochs: 20, resize: 256 }],
  ] as const)("%p of %p", (parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });
});

describe("what does not fit says what does", () => {
  test.each([
    [flag, "yes", "expected true or false"],
    [flag, "1", "expected true or false"],
    [positive, "0", "expected a number above 0"],
    [positive, "-1", "expected a number above 0"],
    [positive, "ten", "expected a number above 0"],
    [positive, "Infinity", "expected a number above 0"],
    [count, "1.5", "expected a whole number above 0"],
    [date, "tomorrow", "expected a time such as"],
    [date, "5", "expected a time such as"],
    [date, "2026-13-01", "expected a time such as"],
    [map, "[20]", "expected a map such as"],
    [map, "20", "expected a map such as"],
    [map, "null", "expected a map such as"],
  ] as const)("%p of %p", (parse, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  test("a map that is no YAML, in one line", () => {
    expect(() => map("{ epochs: [1, 2]")).toThrow(/^Flow map must end with a }$/);
  });
});

describe("readInputs", () => {
  const inputs = {
    trainingJobName: required(),
    keepFor: optional(positive),
    stopOnCancel: withDefault("true", flag),
    spot: override("training.spot", flag),
  };
  const read = (given: Record<string, string>) => readInputs(inputs, (name) => given[name] ?? "");

  test("asks by the names of action.yml; what is not given has its default, or is undefined", () => {
    expect(read({ "training-job-name": " scones-1 " })).toEqual({
      trainingJobName: "scones-1",
      keepFor: undefined,
      stopOnCancel: true,
      spot: undefined,
    });
  });

  test("an empty text is not given: the default holds, and an override leaves pipeline.yaml alone", () => {
    const values = read({ "training-job-name": "a", "stop-on-cancel": "", spot: "  " });
    expect(values).toMatchObject({ stopOnCancel: true, spot: undefined });
  });

  test("false is given: it is no missing value", () => {
    const values = read({ "training-job-name": "a", "stop-on-cancel": "false", spot: "false" });
    expect(values).toMatchObject({ stopOnCancel: false, spot: false });
  });

  test("everything that is missing or wrong is named at once", () => {
    expect(() => read({ "keep-for": "long", spot: "maybe" })).toThrow(
      "Input training-job-name is required and was not given.\n" +
        'Input keep-for: "long": expected a number above 0.\n' +
        'Input spot: "maybe": expected true or false.',
    );
  });
});
