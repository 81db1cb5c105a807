import { expect } from "@jest/globals";
import { type ApiModel, loadApiModel } from "../../../local/sagemaker/api-model.ts";
import { violations } from "../../../local/sagemaker/validation.ts";
import { apiModels, startFixture, until } from "./fixture.ts";

/** All that the local SageMaker and Application Auto Scaling answer. */
export const operations =
  `CreateTrainingJob DescribeTrainingJob StopTrainingJob ListTrainingJobs CreateTransformJob
DescribeTransformJob StopTransformJob CreateModel DescribeModel ListModels DeleteModel
CreateEndpointConfig DescribeEndpointConfig ListEndpointConfigs DeleteEndpointConfig CreateEndpoint
DescribeEndpoint UpdateEndpoint ListEndpoints DeleteEndpoint CreateModelPackageGroup
DescribeModelPackageGroup ListModelPackageGroups DeleteModelPackageGroup CreateModelPackage
DescribeModelPackage UpdateModelPackage ListModelPackages DeleteModelPackage AddTags ListTags
DeleteTags ListTransformJobs RegisterScalableTarget PutScalingPolicy DescribeScalableTargets
DescribeScalingPolicies DeregisterScalableTarget DeleteScalingPolicy
UpdateEndpointWeightsAndCapacities DescribeScalingActivities CreateHyperParameterTuningJob
DescribeHyperParameterTuningJob StopHyperParameterTuningJob ListHyperParameterTuningJobs
ListTrainingJobsForHyperParameterTuningJob DeleteHyperParameterTuningJob
CreateDataQualityJobDefinition DescribeDataQualityJobDefinition ListDataQualityJobDefinitions
DeleteDataQualityJobDefinition CreateModelQualityJobDefinition DescribeModelQualityJobDefinition
ListModelQualityJobDefinitions DeleteModelQualityJobDefinition CreateMonitoringSchedule
DescribeMonitoringSchedule UpdateMonitoringSchedule StartMonitoringSchedule StopMonitoringSchedule
DeleteMonitoringSchedule ListMonitoringSchedules ListMonitoringExecutions DescribeProcessingJob`.split(
    /\s+/,
  );

type Body = Record<string, unknown>;

/** AWS's API models by the prefix of their targets on the wire. */
export async function loadModels() {
  const folder = await apiModels();
  return {
    SageMaker: await loadApiModel(folder, "sagemaker"),
    AnyScaleFrontendService: await loadApiModel(folder, "application-autoscaling"),
  } satisfies Record<string, ApiModel>;
}

export type Conformance = Awaited<ReturnType<typeof openConformance>>;

/** The local SageMaker, and calls of it whose answers are held against the API models. */
export async function openConformance() {
  const models = await loadModels();
  const fixture = await startFixture();
  const answered = new Set<string>();

  /** Calls an operation as any client does on the wire. */
  async function call(prefix: keyof typeof models, operation: string, input: Body): Promise<Body> {
    const response = await fetch(fixture.endpoint, {
      method: "POST",
      headers: {
        "x-amz-target": `${prefix}.${operation}`,
        "content-type": "application/x-amz-json-1.1",
      },
      body: JSON.stringify(input),
    });
    const body = (await response.json()) as Body;
    expect([operation, response.status, response.status === 200 ? [] : body]).toEqual([
      operation,
      200,
      [],
    ]);
    const shape = models[prefix].operations[operation]?.output?.shape;
    expect([
      operation,
      shape === undefined ? Object.keys(body) : violations(models[prefix], shape, body),
    ]).toEqual([operation, []]);
    answered.add(operation);
    return body;
  }

  const sagemaker = (operation: string, input: Body = {}) => call("SageMaker", operation, input);
  return {
    fixture,
    answered,
    sagemaker,
    autoscaling: (operation: string, input: Body) =>
      call("AnyScaleFrontendService", operation, input),
    /** Asks until a member of the answer is the given status. */
    after: (operation: string, input: Body, member: string, status: string) =>
      until(async () => {
        const answer = await sagemaker(operation, input);
        return answer[member] === status && answer;
      }),
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}
