import { expect, test } from "@jest/globals";
import { isOver } from "../../pipeline/job-status.ts";

test.each(["Completed", "Failed", "Stopped", "Deleting", "DeleteFailed"])(
  "a job that is %s is over",
  (status) => {
    expect(isOver(status)).toBe(true);
  },
);

test.each(["InProgress", "Stopping", "Pondering", undefined])("one that is %s is not", (status) => {
  expect(isOver(status)).toBe(false);
});
