import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { attemptName, fingerprint, names, TUNING_NAME_LENGTH } from "../../pipeline/names.ts";

const scope = { project: "scones", environment: "production" };

test("the same specification has the same name, whatever the order of its fields", () => {
  expect(names.trainingJob(scope, { a: 1, b: { c: 2, d: 3 } })).toBe(
    names.trainingJob(scope, { b: { d: 3, c: 2 }, a: 1 }),
  );
});

test("another specification has another name", () => {
  expect(fingerprint({ epochs: "10" })).not.toBe(fingerprint({ epochs: "11" }));
});

test("the order of a list counts", () => {
  expect(fingerprint(["train", "validation"])).not.toBe(fingerprint(["validation", "train"]));
});

test("the longest project and environment give names that SageMaker takes", () => {
  const part = fc.stringMatching(/^[a-z0-9]{16}$/);
  fc.assert(
    fc.property(part, part, fc.jsonValue(), (project, environment, value) => {
      const job = names.trainingJob({ project, environment }, value);
      const definition = names.monitoringJobDefinition(
        { project, environment },
        "model-quality",
        value,
      );
      const transform = names.transformJob(job, "0123456789abcdef");
      const all = [job, `${job}-10`, transform, definition];
      for (const name of all) expect(name).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
    }),
  );
});

test("a tuning job's name stays within AWS's 32 characters at any attempt", () => {
  const base = names.tuningJob({ project: "scones", environment: "productions" }, {});
  expect(base).toHaveLength(29);
  expect(attemptName(base, 10, TUNING_NAME_LENGTH)).toBe(`${base}-10`);
  expect(attemptName(base, 100, TUNING_NAME_LENGTH)).toBe(`${base.slice(0, 28)}-100`);
});
