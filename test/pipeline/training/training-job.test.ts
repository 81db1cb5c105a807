import { expect, test } from "@jest/globals";
import { lacksCapacity } from "../../../pipeline/training/training-job.ts";

const job = (status: object) =>
  ({ $metadata: {}, ...status }) as Parameters<typeof lacksCapacity>[0];

test.each([
  [{ TrainingJobStatus: "Failed", FailureReason: "CapacityError: Unable to provision" }, true],
  [{ TrainingJobStatus: "Stopped", SecondaryStatus: "MaxWaitTimeExceeded" }, true],
  [{ TrainingJobStatus: "Stopped", SecondaryStatus: "MaxRuntimeExceeded" }, false],
  [{ TrainingJobStatus: "Failed", FailureReason: "ClientError: no pictures" }, false],
  [{ TrainingJobStatus: "InProgress", SecondaryStatus: "Starting" }, false],
])("%j: that AWS lacked the capacity is %s", (status, expected) => {
  expect(lacksCapacity(job(status))).toBe(expected);
});
