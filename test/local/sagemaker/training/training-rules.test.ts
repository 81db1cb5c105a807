import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
} from "@aws-sdk/client-sagemaker";
import { type Fixture, startFixture } from "../fixture.ts";
import { trainingJob } from "./training-fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ limits: { "ml.p3.2xlarge for training job usage": 1 } });
  await fixture.sagemaker.send(new CreateTrainingJobCommand(trainingJob("exists")));
});
afterAll(() => fixture[Symbol.asyncDispose]());

const instances = (InstanceType: "ml.m5.large" | "ml.p3.2xlarge", InstanceCount: number) => ({
  InstanceType,
  InstanceCount,
  VolumeSizeInGB: 10,
});

interface Refusal {
  readonly what: string;
  readonly name: string;
  readonly message: string;
  readonly changes: Partial<CreateTrainingJobCommandInput>;
}

const refusals: Refusal[] = [
  {
    what: "a name that exists",
    changes: { TrainingJobName: "exists" },
    name: "ResourceInUse",
    message:
      "Training job names must be unique within an AWS account and region, and a training job with " +
      "this name already exists (arn:aws:sagemaker:us-east-1:000000000000:training-job/exists)",
  },
  {
    what: "a name with an underscore",
    changes: { TrainingJobName: "a_b" },
    name: "ValidationException",
    message:
      "1 validation error detected: Value 'a_b' at 'trainingJobName' failed to satisfy constraint: " +
      "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
  },
  {
    what: "101 hyperparameters",
    changes: {
      HyperParameters: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`h${i}`, "1"])),
    },
    name: "ValidationException",
    message:
      "at 'hyperParameters' failed to satisfy constraint: Member must have length less than or equal to 100",
  },
  {
    what: "image-classification on a CPU instance",
    changes: { ResourceConfig: instances("ml.m5.large", 1) },
    name: "ValidationException",
    message:
      "Instance type ml.m5.large is not supported by algorithm image-classification; only GPU instances are supported.",
  },
  {
    what: "spot training that waits less than it may run",
    changes: {
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 599 },
    },
    name: "ValidationException",
    message: "greater than or equal to MaxRuntimeInSeconds",
  },
  {
    what: "a waiting time without spot training",
    changes: { StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 600 } },
    name: "ValidationException",
    message: "MaxWaitTimeInSeconds can be set only if EnableManagedSpotTraining is true",
  },
  {
    what: "no instances",
    changes: { ResourceConfig: undefined },
    name: "ValidationException",
    message: "3 validation errors detected: Value null at 'resourceConfig.instanceType'",
  },
  {
    what: "more instances than the quota",
    changes: { ResourceConfig: instances("ml.p3.2xlarge", 2) },
    name: "ResourceLimitExceeded",
    message:
      "The account-level service limit 'ml.p3.2xlarge for training job usage' is 1 Instances, with " +
      "current utilization of 0 Instances and a request delta of 2 Instances.",
  },
];

test.each(refusals)("$what is refused in AWS's words", async ({ changes, name, message }) => {
  const request = trainingJob("refused", changes);
  await expect(fixture.sagemaker.send(new CreateTrainingJobCommand(request))).rejects.toMatchObject(
    { name, message: expect.stringContaining(message) },
  );
});
