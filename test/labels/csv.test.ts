import { expect, test } from "@jest/globals";
import { csvLine, fieldsOf } from "../../labels/csv.ts";

test("fields with commas and quotes come back as they went", () => {
  const fields = ["cargo, bike", 'so-called "bike"', "", "plain"];
  expect(fieldsOf(csvLine(fields))).toEqual(fields);
});
