import { expect, test } from "@jest/globals";
import { isOver, lacksCapacity } from "../../../pipeline/training/training-job.ts";

const job = (status: object) => ({ $metadata: {}, ...status }) as Parameters<typeof isOver>[0];

test.each([
  [{ TrainingJobStatus: "Failed", FailureReason: "CapacityError: Unable to provision" }, true],
  [{ TrainingJobStatus: "Stopped", SecondaryStatus: "MaxWaitTimeExceeded" }, true],
  [{ TrainingJobStatus: "Stopped", SecondaryStatus: "MaxRuntimeExceeded" }, false],
  [{ TrainingJobStatus: "Failed", FailureReason: "ClientError: no pictures" }, false],
  [{ TrainingJobStatus: "InProgress", SecondaryStatus: "Starting" }, false],
])("%j: that AWS lacked the capacity is %s", (status, expected) => {
  expect(lacksCapacity(job(status))).toBe(expected);
});

test("a status that nobody knows is not the end", () => {
  expect(isOver(job({ TrainingJobStatus: "Pondering" }))).toBe(false);
});
