import { expect, test } from "@jest/globals";
import { typed } from "../../console/command-line.ts";

test("options are typed as a shell takes them, and those that are not given are left out", () => {
  const options = {
    environment: "local",
    config: undefined,
    dataset: "it's ~/mine",
    bucket: "s3://a/b-c.d",
  };
  expect(typed({ config: "pipeline.yaml" })).toBe("");
  expect(typed({ config: "pets.yaml" })).toBe(" --config pets.yaml");
  expect(typed(options)).toBe(
    " --environment local --dataset 'it'\\''s ~/mine' --bucket s3://a/b-c.d",
  );
});
